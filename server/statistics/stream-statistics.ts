import type { StreamStatistics as ApiStreamStatistics } from '../../shared/api/stats-schema.js';
import type { Clock } from '../../shared/clock.js';
import type { StreamChange } from '../../shared/protocol/messages.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { HubStream } from '../hub/stream.js';
import { BucketCounts } from './bucket-counts.js';
import { LatencyWindow } from './latency-window.js';
import { RateWindow } from './rate-window.js';
import type { ReportedLatency } from './reported-latency.js';
import { StageTimes } from './stage-times.js';

/** What is measured of a stream: rates, stages and latency of the last ten seconds. */
export type StreamFigures = Pick<
  ApiStreamStatistics,
  'fps' | 'bytesPerSecond' | 'restarts' | 'lastSequence' | 'frameAgeUs' | 'latency' | 'stages'
>;

/** What a stream is taken for while its rate is not known. */
const ASSUMED_FPS = 30;
const LATENCY_BOUNDS_MS = [1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10_000];
const LATENCY_BOUNDS_US = LATENCY_BOUNDS_MS.map((ms) => ms * 1000);

/** What is measured of one stream: on its frames as they are published, and by its clients. */
export class StreamStatistics {
  /** Times the source went down. */
  restarts = 0;
  /** Frames that clients say they lost. */
  lostFrames = 0;
  /** Latencies that clients reported, since the beginning. */
  readonly latencyCounts = new BucketCounts(LATENCY_BOUNDS_US);
  readonly stages = new StageTimes();
  private readonly rate = new RateWindow();
  /** Made when first needed: most of the memory is here, and many streams are never reported on. */
  private latency: LatencyWindow | null = null;
  private newest: PublishedFrame['header'] | null = null;
  private readonly stopObserving: () => void;

  constructor(
    readonly stream: HubStream,
    private readonly clock: Clock,
  ) {
    this.stopObserving = stream.observe({
      onFrame: (frame) => this.onFrame(frame),
      onChange: (change) => this.onChange(change),
    });
  }

  /** Bound of the error of the capture times, where another clock than this server's took them. */
  get captureErrorUs(): number {
    return this.newest?.clockErrorUs ?? 0;
  }

  /** Takes in latencies that a client reported, with the bound of their error. */
  onLatency(clientId: string, reported: ReportedLatency, errorUs: number | null): void {
    const { valuesUs, counts } = reported;
    for (let i = 0; i < valuesUs.length; i += 1) this.latencyCounts.add(valuesUs[i]!, counts[i]);
    this.latency ??= new LatencyWindow();
    this.latency.add(clientId, reported, errorUs, this.clock.nowUs());
  }

  figures(): StreamFigures {
    const nowUs = this.clock.nowUs();
    const rates = this.rate.rates(nowUs, 1e6 / (this.stream.description.fps || ASSUMED_FPS));
    return {
      fps: rates?.fps ?? null,
      bytesPerSecond: rates?.bytesPerSecond ?? null,
      restarts: this.restarts,
      lastSequence: this.newest?.sequence ?? null,
      frameAgeUs: this.frameAgeUs(),
      latency: this.recentLatency(),
      stages: this.stages.figures(nowUs),
    };
  }

  /** Since the newest frame was captured; null while there is none. */
  frameAgeUs(): number | null {
    const frame = this.stream.newestFrame;
    return frame ? this.clock.nowUs() - frame.header.captureTimeUs : null;
  }

  /** What clients reported in the last ten seconds; null where they did not. */
  recentLatency(): StreamFigures['latency'] {
    return this.latency?.figures(this.clock.nowUs()) ?? null;
  }

  close(): void {
    this.stopObserving();
  }

  private onFrame({ header, jpeg }: PublishedFrame): void {
    const nowUs = this.clock.nowUs();
    this.newest = header;
    this.rate.onFrame(nowUs, jpeg.length);
    this.stages.onFrame(header, nowUs);
  }

  private onChange({ event, stream }: StreamChange): void {
    if (event === 'down') this.restarts += 1;
    if (stream.state !== 'idle' && stream.state !== 'ended') return;
    // A pause is no slow stream: what comes after it is measured by itself.
    this.rate.reset();
    this.stages.resetRecent();
  }
}
