import type { DeviceProgress } from '../protocol/bench-messages.js';
import type { Gap } from '../receiver/sequence-tracker.js';
import { BenchTimeline } from './bench-timeline.js';
import type { ValueCounts } from './value-counts.js';

/** When frames must have been captured to count, in the server's clock: from `startTimeUs` up to, without, `stopTimeUs`. */
export interface BenchWindow {
  readonly benchId: number;
  readonly startTimeUs: number;
  readonly stopTimeUs: number;
}

/** A frame that came, with what is missing between it and the one before it. */
export interface CountedFrame {
  readonly captureTimeUs: number;
  /** Capture time of the frame before; null where there is none it could be compared with. */
  readonly previousTimeUs: number | null;
  readonly gap: Gap;
  readonly bytes: number;
  readonly isWhole: boolean;
}

/** What was counted in the window of a benchmark; frames outside it are passed over. All times are of the server's clock. */
export class BenchCounts<C extends ValueCounts> {
  readonly latency: C;
  readonly age: C;
  readonly timeline: BenchTimeline;
  private readonly sums = { received: 0, lost: 0, skipped: 0, corrupt: 0, bytes: 0 };
  private worstErrorUs: number | null = null;

  /** `fromTimeUs` is null where we came late: then it is the capture time of the first frame. */
  constructor(
    private bounds: BenchWindow,
    private from: number | null,
    makeCounts: () => C,
  ) {
    this.latency = makeCounts();
    this.age = makeCounts();
    this.timeline = new BenchTimeline(bounds.startTimeUs, bounds.stopTimeUs, makeCounts);
  }

  get window(): BenchWindow {
    return this.bounds;
  }

  /** Since when frames count; null while none came to one who was late. */
  get fromTimeUs(): number | null {
    return this.from;
  }

  get totals(): Readonly<typeof this.sums> {
    return this.sums;
  }

  /** The largest error that a latency had. */
  get errorUs(): number | null {
    return this.worstErrorUs;
  }

  /** The coordinator ends the window earlier than was said. */
  setStop(stopTimeUs: number): void {
    this.bounds = { ...this.bounds, stopTimeUs };
  }

  has(timeUs: number): boolean {
    return timeUs >= this.bounds.startTimeUs && timeUs < this.bounds.stopTimeUs;
  }

  onFrame(frame: CountedFrame): void {
    const { lost, skipped } = this.partInside(frame);
    this.sums.lost += lost;
    this.sums.skipped += skipped;
    if (!this.has(frame.captureTimeUs)) return;
    this.from ??= frame.captureTimeUs;
    this.sums.received += 1;
    this.sums.bytes += frame.bytes;
    if (!frame.isWhole) this.sums.corrupt += 1;
    this.timeline.onFrame(frame.captureTimeUs);
  }

  onLatency(captureTimeUs: number, latencyUs: number, errorUs: number): void {
    // One that came late may hold a frame from before it knew of the window, which is not among those counted.
    if (!this.has(captureTimeUs) || this.from === null || captureTimeUs < this.from) return;
    this.latency.record(latencyUs);
    this.timeline.onLatency(captureTimeUs, latencyUs);
    this.worstErrorUs = Math.max(this.worstErrorUs ?? 0, errorUs);
  }

  /** `count` ages around the moment `atUs`. */
  onAge(ageUs: number, count: number, atUs: number): void {
    if (this.has(atUs)) this.age.record(ageUs, count);
  }

  progress(): DeviceProgress {
    return {
      frames: this.sums.received,
      latencyP50Us: this.latency.quantile(0.5),
      latencyP99Us: this.latency.quantile(0.99),
      clockErrorUs: this.worstErrorUs,
    };
  }

  /** What of a gap counts: frames come at a steady rate, so each missing one has its place in time. */
  private partInside({ captureTimeUs, previousTimeUs, gap }: CountedFrame): Gap {
    const missing = gap.lost + gap.skipped;
    if (missing === 0 || previousTimeUs === null || captureTimeUs <= previousTimeUs) return NOTHING;
    const fromUs = Math.max(this.bounds.startTimeUs, this.from ?? captureTimeUs);
    const stepUs = (captureTimeUs - previousTimeUs) / (missing + 1);
    const before = Math.max(0, Math.ceil((fromUs - previousTimeUs) / stepUs) - 1);
    const until = Math.min(missing, Math.ceil((this.bounds.stopTimeUs - previousTimeUs) / stepUs) - 1);
    const inside = Math.max(0, until - before);
    const lost = Math.round((inside * gap.lost) / missing);
    return { lost, skipped: inside - lost };
  }
}

const NOTHING: Gap = { lost: 0, skipped: 0 };
