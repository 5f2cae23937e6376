/** Ages sampled for one stall at most; a longer one is sampled in as many equal steps, each with a count. */
const MAX_STEPS = 10_000;

/** Takes `count` samples of an age, around the moment `atUs`; all are microseconds of our clock. */
export type AgeListener = (ageUs: number, count: number, atUs: number) => void;

/**
 * Samples how old the newest frame is, once a period of the stream's nominal rate: when a frame arrives, and where none
 * does, when it was expected (a whole number of periods after the one before). Stalls, drops and outages so count with
 * their full length, and nothing is left out by a sender that stops when it is slow (Gil Tene's coordinated omission).
 * The expectation follows the frames, since a fixed grid would show mainly its own phase. All times are microseconds of
 * our clock.
 */
export class AgeCadence {
  /** When the last sample was due. */
  private sampledUs: number | null = null;
  private captureTimeUs = 0;

  /** `periodUs` is the time from one frame to the next at the stream's nominal rate; null samples nothing yet. */
  constructor(
    private periodUs: number | null,
    private readonly onAge: AgeListener,
  ) {}

  /**
   * A frame arrived; `captureTimeUs` is already converted to our clock. One that comes less than half a period after the
   * last sample belongs to that period: frames that come in a burst after a stall are not sampled one by one.
   */
  onFrame(receiveTimeUs: number, captureTimeUs: number): void {
    if (this.periodUs === null) return;
    this.advance(receiveTimeUs);
    this.captureTimeUs = captureTimeUs;
    if (this.sampledUs !== null && receiveTimeUs - this.sampledUs < this.periodUs / 2) return;
    this.onAge(receiveTimeUs - captureTimeUs, 1, receiveTimeUs);
    this.sampledUs = receiveTimeUs;
  }

  /**
   * Samples the periods that are missed for good by `nowUs`, half a period after their frame was expected. Every frame
   * that was here by then must have been reported.
   */
  advance(nowUs: number): void {
    if (this.sampledUs === null || this.periodUs === null) return;
    const missed = Math.floor((nowUs - this.sampledUs) / this.periodUs - 0.5);
    if (missed < 1) return;
    const steps = Math.min(missed, MAX_STEPS);
    for (let step = 0; step < steps; step += 1) {
      const first = Math.floor((step * missed) / steps) + 1;
      const last = Math.floor(((step + 1) * missed) / steps);
      const atUs = this.sampledUs + ((first + last) / 2) * this.periodUs;
      this.onAge(atUs - this.captureTimeUs, last - first + 1, atUs);
    }
    this.sampledUs += missed * this.periodUs;
  }

  /** The nominal rate changed; null when it is not known any more, and what comes next starts anew. */
  setPeriod(periodUs: number | null): void {
    this.periodUs = periodUs;
    if (periodUs === null) this.sampledUs = null;
  }

  /** No frame is due any more after `nowUs`; the next one, if any, starts anew. */
  stop(nowUs: number): void {
    this.advance(nowUs);
    this.sampledUs = null;
  }
}
