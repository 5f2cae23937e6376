import type { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { AgeCadence } from '../../shared/receiver/age-cadence.js';
import type { Subject } from '../report/run-report-schema.js';
import { BucketMaxima } from './bucket-maxima.js';
import { ErrorTallies } from './error-tallies.js';
import { IntervalValues } from './interval-values.js';
import { latencySummary } from './latency-summary.js';
import type { ArrivedFrame, SourceFacts } from './load-source.js';
import { OutageLog } from './outage-log.js';
import { TimelineBuckets } from './timeline-buckets.js';
import type { BucketLayout } from './timeline-buckets.js';
import { WholeSeconds } from './whole-seconds.js';

/** What is measured of one session; the rest of its subject is known to whoever runs it. */
export type SessionFigures = Omit<Subject, 'name' | 'kind' | 'target' | 'state' | 'sessions' | 'histograms'>;

/** Rates that make periods of hours are as good as unknown. */
const LEAST_FPS = 0.001;
/** First frames kept for one session; one for each connection in the window. */
const MAX_FIRST_FRAMES = 1000;

/**
 * Measures one session of a crowd. It has no clock: every time is passed in, in microseconds of our clock. Nothing is
 * allocated for a frame, and it takes about 100 KiB: there are thousands of them. docs/measuring.md says what each figure
 * means.
 */
export class LoadRecorder {
  readonly latency = new LatencyHistogram();
  readonly age = new LatencyHistogram();
  private readonly cadence = new AgeCadence(null, (ageUs, count, atUs) => this.onAge(ageUs, count, atUs));
  private readonly values = new IntervalValues();
  private readonly outages: OutageLog;
  private readonly errors = new ErrorTallies();
  private facts: SourceFacts = { nominalFps: null, latencySource: 'none', canTellLost: false };
  private counts = noCounts();
  private bucket = { frames: 0, bytes: 0 };
  private bucketEndUs: number;
  private timeline: TimelineBuckets;
  private ages: BucketMaxima;
  private seconds: WholeSeconds;
  private errorUs: number | null = null;
  private connectUs: number | null = null;
  private firstFramesUs: number[] = [];
  /** When the first frame came, before or in the window; null before it. */
  private liveSinceUs: number | null = null;
  private lastFrameUs = 0;
  private endUs = Infinity;

  /** @param onAgeMaximum takes each age with its moment, for whoever measures several sessions together */
  constructor(
    private layout: BucketLayout,
    private readonly onAgeMaximum: (atUs: number, ageUs: number) => void,
  ) {
    const { startUs, widthUs, maxBuckets } = layout;
    this.outages = new OutageLog(startUs);
    this.timeline = new TimelineBuckets(layout);
    this.ages = new BucketMaxima(startUs, widthUs, maxBuckets);
    this.seconds = new WholeSeconds(startUs, false);
    this.bucketEndUs = this.timeline.endUs;
  }

  /** Whether a frame has come, ever. */
  get isLive(): boolean {
    return this.liveSinceUs !== null;
  }

  get firstFrames(): readonly number[] {
    return this.firstFramesUs;
  }

  /** A window begins; all figures start at zero. */
  begin(layout: BucketLayout): void {
    const { startUs, widthUs, maxBuckets } = layout;
    this.cadence.advance(startUs);
    this.layout = layout;
    this.latency.reset();
    this.age.reset();
    this.values.take();
    this.outages.begin(startUs);
    this.errors.clear();
    this.counts = noCounts();
    this.bucket = { frames: 0, bytes: 0 };
    this.timeline = new TimelineBuckets(layout);
    this.ages = new BucketMaxima(startUs, widthUs, maxBuckets);
    this.seconds = new WholeSeconds(startUs, this.isLive && this.endUs === Infinity);
    this.bucketEndUs = this.timeline.endUs;
    this.errorUs = null;
    // Of the connection that is up there is still to say how long its first frame took.
    this.firstFramesUs = this.connectUs === null ? this.firstFramesUs.slice(-1) : [];
  }

  onConnecting(nowUs: number): void {
    this.connectUs = nowUs;
  }

  onFacts(facts: SourceFacts, nowUs: number): void {
    if (facts.nominalFps !== this.facts.nominalFps) {
      const fps = facts.nominalFps;
      this.cadence.setPeriod(fps === null || fps <= 0 ? null : 1e6 / Math.max(fps, LEAST_FPS));
    }
    this.facts = facts;
    this.outages.onConnected(nowUs);
  }

  /** The connection is gone, or could not be made. */
  onBroken(error: StreamerError, wasConnected: boolean, nowUs: number): void {
    if (wasConnected) this.outages.onBroken(nowUs, error.code);
    this.errors.add(error);
  }

  /** Nothing will come any more. */
  onEnded(nowUs: number): void {
    this.cadence.stop(nowUs);
    this.seconds.stop(nowUs);
    this.endUs = Math.min(this.endUs, nowUs);
  }

  onFrame({ arrivalTimeUs, lengthBytes, capture }: ArrivedFrame): void {
    if (this.connectUs !== null) this.onFirstFrame(arrivalTimeUs, this.connectUs);
    if (arrivalTimeUs >= this.bucketEndUs) this.advance(arrivalTimeUs);
    this.counts.received += 1;
    this.counts.bytes += lengthBytes;
    this.bucket.frames += 1;
    this.bucket.bytes += lengthBytes;
    this.seconds.onFrame(arrivalTimeUs);
    this.lastFrameUs = arrivalTimeUs;
    if (capture === null) return;
    const latencyUs = arrivalTimeUs - capture.timeUs;
    this.latency.record(latencyUs);
    this.values.add(latencyUs);
    this.cadence.onFrame(arrivalTimeUs, capture.timeUs);
    if (this.errorUs === null || capture.errorUs > this.errorUs) this.errorUs = Math.ceil(capture.errorUs);
  }

  onLost(frames: number): void {
    this.counts.lost += frames;
  }

  onSkipped(frames: number): void {
    this.counts.skipped += frames;
  }

  onCorrupt(): void {
    this.counts.corrupt += 1;
  }

  /** Closes the buckets that are over by `nowUs`; call it about once a second. */
  advance(nowUs: number): void {
    while (nowUs >= this.bucketEndUs) this.closeBucket();
    this.seconds.advance(nowUs);
  }

  /** Everything since the window began, up to `nowUs`. */
  figures(nowUs: number): SessionFigures {
    this.cadence.advance(Math.min(nowUs, this.endUs));
    this.advance(nowUs);
    if (this.timeline.isEmpty && this.bucket.frames > 0) this.closeBucket();
    const { received, lost, skipped, corrupt, bytes } = this.counts;
    const durationUs = Math.max(0, nowUs - this.layout.startUs);
    return {
      durationMs: Math.round(durationUs / 1000),
      frames: { received, lost, skipped, corrupt },
      canTellLost: this.facts.canTellLost,
      bytes,
      nominalFps: this.facts.nominalFps,
      fps: this.fps(nowUs),
      throughputMbps: durationUs === 0 ? 0 : (bytes * 8) / durationUs,
      latencyUs: latencySummary(this.latency, this.errorUs),
      ageUs: latencySummary(this.age, this.errorUs),
      clockErrorUs: this.errorUs,
      latencySource: this.facts.latencySource,
      firstFrameUs: latencySummary(histogramOf(this.firstFramesUs), 0),
      ...this.outages.figures(Math.min(nowUs, this.endUs)),
      stagesUs: null,
      timeline: this.timeline.timeline((widthUs, length) => this.ages.of(widthUs, length), false),
      errors: this.errors.list(),
    };
  }

  private onFirstFrame(arrivalTimeUs: number, connectUs: number): void {
    this.connectUs = null;
    this.liveSinceUs ??= arrivalTimeUs;
    if (this.firstFramesUs.length < MAX_FIRST_FRAMES) this.firstFramesUs.push(arrivalTimeUs - connectUs);
  }

  private onAge(ageUs: number, count: number, atUs: number): void {
    // What was missed before the window was noticed only in it.
    if (atUs < this.layout.startUs) return;
    this.age.record(ageUs, count);
    this.ages.note(atUs, ageUs);
    this.onAgeMaximum(atUs, ageUs);
  }

  private closeBucket(): void {
    const { p50, p99 } = this.values.take();
    this.timeline.push({ ...this.bucket, latencyP50Us: p50, latencyP99Us: p99, sessions: 1 });
    this.bucket = { frames: 0, bytes: 0 };
    this.bucketEndUs = this.timeline.endUs;
  }

  private fps(nowUs: number): Subject['fps'] {
    const mean = this.meanFps(Math.min(nowUs, this.endUs));
    return { mean, ...(this.seconds.extremes() ?? { min: mean, max: mean }) };
  }

  /**
   * Of a stream that began in the window the first frame only starts the clock: n frames span n - 1 intervals, and time
   * counts from when the next one was due.
   */
  private meanFps(untilUs: number): number {
    const { layout, liveSinceUs, counts, lastFrameUs } = this;
    if (liveSinceUs === null || liveSinceUs < layout.startUs)
      return ratePerSecond(counts.received, untilUs - layout.startUs);
    const periodUs = 1e6 / (this.facts.nominalFps ?? 1);
    return ratePerSecond(counts.received - 1, Math.max(lastFrameUs, untilUs - periodUs) - liveSinceUs);
  }
}

function ratePerSecond(frames: number, spanUs: number): number {
  return spanUs > 0 ? (Math.max(0, frames) * 1e6) / spanUs : 0;
}

function noCounts() {
  return { received: 0, lost: 0, skipped: 0, corrupt: 0, bytes: 0 };
}

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}
