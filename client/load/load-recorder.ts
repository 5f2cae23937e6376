import type { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram, MAX_TRACKABLE_US } from '../../shared/histogram.js';
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
/** Frames of a day at a hundred a second: whoever leaps further in its sequence numbers has begun another time line. */
const MAX_LEAP = 24 * 3600 * 100;
/** Frames missing are counted up to here, so that the sums of two million sessions are still whole numbers. */
const MAX_MISSING = 2 ** 32 - 1;

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
  /** The last frame before the window, where the outage behind it reaches into the window; null once that is over. */
  private gapFromUs: number | null = null;
  /** What is measured came after it; behind the begin of the window where this thread was late. */
  private sinceUs: number;
  private firstFramesUs: number[] = [];
  /** When the first frame came, before or in the window; null before it. */
  private liveSinceUs: number | null = null;
  private lastFrameUs = 0;
  private endUs = Infinity;

  /** @param onAgeMaximum takes each age with its moment, for whoever measures several sessions together */
  constructor(
    layout: BucketLayout,
    private readonly onAgeMaximum: (atUs: number, ageUs: number) => void,
  ) {
    const { startUs, widthUs, maxBuckets } = layout;
    this.sinceUs = startUs;
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

  /** A window begins; all figures start at zero, and rates are of the time from `sinceUs` on. */
  begin(layout: BucketLayout, sinceUs = layout.startUs): void {
    const { startUs, widthUs, maxBuckets } = layout;
    this.cadence.advance(sinceUs);
    this.sinceUs = sinceUs;
    const isAway = this.outages.isLasting || this.connectUs !== null;
    this.gapFromUs = isAway && this.isLive ? this.lastFrameUs : null;
    this.latency.reset();
    this.age.reset();
    this.values.take();
    this.outages.begin(startUs, sinceUs);
    this.errors.clear();
    this.counts = noCounts();
    this.bucket = { frames: 0, bytes: 0 };
    this.timeline = new TimelineBuckets(layout);
    this.ages = new BucketMaxima(startUs, widthUs, maxBuckets);
    this.seconds = new WholeSeconds(sinceUs, this.isLive && this.endUs === Infinity);
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

  /** Nothing will come any more. Whoever failed goes on being without a connection; whoever is done needs none. */
  onEnded(nowUs: number, isFailure: boolean): void {
    this.cadence.stop(nowUs);
    this.seconds.stop(nowUs);
    this.endUs = Math.min(this.endUs, nowUs);
    if (!isFailure) this.outages.end(nowUs);
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

  /** Frames are missing, as the next one shows at `nowUs`; gives how many of them count. */
  onLost(frames: number, nowUs: number): number {
    const counted = countable(Math.round(frames * this.shareOfGap(nowUs)), this.counts.lost);
    this.counts.lost += counted;
    return counted;
  }

  /** Frames that the server left out, and said so; gives how many of them count. */
  onSkipped(frames: number): number {
    const counted = countable(frames, this.counts.skipped);
    this.counts.skipped += counted;
    return counted;
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
    const durationUs = Math.max(0, nowUs - this.sinceUs);
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
      ...this.outages.figures(nowUs),
      stagesUs: null,
      timeline: this.timeline.timeline((widthUs, length) => this.ages.of(widthUs, length), false),
      errors: this.errors.list(),
    };
  }

  /** Frames a second over the whole window, also where the stream was there for a part of it only. */
  windowFps(nowUs: number): number {
    return ratePerSecond(this.counts.received, nowUs - this.sinceUs);
  }

  private onFirstFrame(arrivalTimeUs: number, connectUs: number): void {
    this.connectUs = null;
    this.gapFromUs = null;
    this.liveSinceUs ??= arrivalTimeUs;
    if (this.firstFramesUs.length < MAX_FIRST_FRAMES) this.firstFramesUs.push(arrivalTimeUs - connectUs);
  }

  private onAge(ageUs: number, count: number, atUs: number): void {
    // What was missed before the window was noticed only in it.
    if (atUs < this.sinceUs) return;
    this.age.record(ageUs, count);
    const shownUs = Math.max(-MAX_TRACKABLE_US, Math.min(MAX_TRACKABLE_US, ageUs));
    this.ages.note(atUs, shownUs);
    this.onAgeMaximum(atUs, shownUs);
  }

  /** Which part of what is missing was due in the window, and not before it. */
  private shareOfGap(nowUs: number): number {
    const { gapFromUs, sinceUs } = this;
    if (gapFromUs === null || gapFromUs >= sinceUs) return 1;
    return Math.max(0, nowUs - sinceUs) / Math.max(1, nowUs - gapFromUs);
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
   * Of a stream that began in the window the first frame only starts the clock: n frames span n - 1 intervals, and the
   * time behind the last one counts from when the next one was due, by the mean distance of those that came.
   */
  private meanFps(untilUs: number): number {
    const { sinceUs, liveSinceUs, lastFrameUs } = this;
    const { received } = this.counts;
    if (liveSinceUs === null || liveSinceUs < sinceUs) return ratePerSecond(received, untilUs - sinceUs);
    const periodUs = (lastFrameUs - liveSinceUs) / Math.max(1, received - 1);
    return ratePerSecond(received - 1, Math.max(lastFrameUs, untilUs - periodUs) - liveSinceUs);
  }
}

/** How many of the frames of one gap count beside those that did before. */
function countable(frames: number, before: number): number {
  return frames > MAX_LEAP ? 0 : Math.min(frames, MAX_MISSING - before);
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
