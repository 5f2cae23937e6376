import { MAX_TIMELINE_BUCKETS } from '../protocol/bench-messages.js';
import type { DeviceTimeline } from '../protocol/bench-messages.js';
import type { ValueCounts } from './value-counts.js';

interface Bucket {
  frames: number;
  latencyP50Us: number | null;
  latencyP99Us: number | null;
}

/**
 * Frames and latencies of a window by capture time, in buckets of whole seconds, as few seconds each as the protocol lets
 * them be. All times are of the server's clock.
 */
export class BenchTimeline {
  private readonly bucketUs: number;
  private readonly buckets: Bucket[] = [];
  /** Latencies of the newest bucket; of those before only the quantiles are kept. */
  private latencies: ValueCounts;
  private newest = 0;

  constructor(
    private readonly startTimeUs: number,
    stopTimeUs: number,
    private readonly makeCounts: () => ValueCounts,
  ) {
    this.latencies = makeCounts();
    const seconds = (stopTimeUs - startTimeUs) / 1_000_000;
    this.bucketUs = Math.max(1, Math.ceil(seconds / MAX_TIMELINE_BUCKETS)) * 1_000_000;
  }

  onFrame(captureTimeUs: number): void {
    const bucket = this.bucketAt(this.indexOf(captureTimeUs));
    if (bucket) bucket.frames += 1;
  }

  /** Latencies come in the order of their frames; those of a bucket that is over are left out. */
  onLatency(captureTimeUs: number, latencyUs: number): void {
    const index = this.indexOf(captureTimeUs);
    if (index < this.newest) return;
    if (index > this.newest) this.close(index);
    this.latencies.record(latencyUs);
  }

  /** The whole of it up to `stopTimeUs`. */
  timeline(stopTimeUs: number): DeviceTimeline {
    this.close(this.newest);
    const count = Math.min(MAX_TIMELINE_BUCKETS, Math.ceil((stopTimeUs - this.startTimeUs) / this.bucketUs));
    const all = Array.from({ length: Math.max(0, count) }, (_, index) => this.buckets[index] ?? EMPTY);
    return {
      bucketMs: this.bucketUs / 1000,
      frames: all.map(({ frames }) => frames),
      latencyP50Us: all.map(({ latencyP50Us }) => latencyP50Us),
      latencyP99Us: all.map(({ latencyP99Us }) => latencyP99Us),
    };
  }

  private close(next: number): void {
    const bucket = this.bucketAt(this.newest);
    if (bucket && this.latencies.count > 0) {
      bucket.latencyP50Us = this.latencies.quantile(0.5);
      bucket.latencyP99Us = this.latencies.quantile(0.99);
    }
    if (next === this.newest) return;
    this.newest = next;
    this.latencies = this.makeCounts();
  }

  private indexOf(captureTimeUs: number): number {
    return Math.floor((captureTimeUs - this.startTimeUs) / this.bucketUs);
  }

  /** Undefined outside the window. */
  private bucketAt(index: number): Bucket | undefined {
    if (index < 0 || index >= MAX_TIMELINE_BUCKETS) return undefined;
    while (this.buckets.length <= index) this.buckets.push({ ...EMPTY });
    return this.buckets[index];
  }
}

const EMPTY: Readonly<Bucket> = { frames: 0, latencyP50Us: null, latencyP99Us: null };
