import { LatencyHistogram } from '../../shared/histogram.js';

/** Ages recorded for one stall at most; a longer one is recorded in as many equal steps, each with a count. */
const MAX_STEPS = 10_000;

/**
 * Samples how old the newest frame is, at the stream's own rate: every period after the first frame arrived, whether or
 * not a frame came. Stalls, drops and outages count with their full length, so nothing is left out by a sender that
 * stops when it is slow (Gil Tene's coordinated omission). All times are microseconds of our clock.
 */
export class AgeSampler {
  readonly histogram = new LatencyHistogram();
  private nextUs: number | null = null;
  private captureTimeUs = 0;

  /** `periodUs` is the time from one frame to the next at the stream's nominal rate. */
  constructor(private periodUs: number) {}

  /** A frame arrived; `captureTimeUs` is already converted to our clock. */
  onFrame(receiveTimeUs: number, captureTimeUs: number): void {
    this.advance(receiveTimeUs);
    this.nextUs ??= receiveTimeUs;
    this.captureTimeUs = captureTimeUs;
  }

  /**
   * Samples every instant before `nowUs` that has not been sampled. It is final: every frame that was here by then must
   * have been reported.
   */
  advance(nowUs: number): void {
    if (this.nextUs === null || nowUs <= this.nextUs) return;
    const instants = Math.ceil((nowUs - this.nextUs) / this.periodUs);
    const steps = Math.min(instants, MAX_STEPS);
    const firstAgeUs = this.nextUs - this.captureTimeUs;
    for (let step = 0; step < steps; step += 1) {
      const from = Math.floor((step * instants) / steps);
      const to = Math.floor(((step + 1) * instants) / steps);
      this.histogram.record(firstAgeUs + ((from + to - 1) / 2) * this.periodUs, to - from);
    }
    this.nextUs += instants * this.periodUs;
  }

  /** The nominal rate changed. */
  setPeriod(periodUs: number): void {
    this.periodUs = periodUs;
  }

  /** No frame is due any more after `nowUs`; the next one, if any, starts anew. */
  stop(nowUs: number): void {
    this.advance(nowUs);
    this.nextUs = null;
  }

  /** Forgets what was sampled up to `nowUs`. */
  reset(nowUs: number): void {
    this.advance(nowUs);
    this.histogram.reset();
  }
}
