/** Least time between two changes. */
const MIN_HOLD_US = 1_000_000;
/** In the long run one change in so long, after a burst of this many. */
const REFILL_US = 6_000_000;
const BURST = 10;

/**
 * Lets the changes of a state through while they are few, so that a source on the edge between two states does not
 * fill the log. (The generic cell rate algorithm of ITU-T I.371, with a least spacing.) Times are microseconds.
 */
export class FlapLimiter {
  private lastUs = -Infinity;
  private paidUntilUs = -Infinity;

  /** Whether the state may change at `nowUs`; if so, that is counted. */
  allow(nowUs: number): boolean {
    const isTooSoon = nowUs - this.lastUs < MIN_HOLD_US;
    if (isTooSoon || this.paidUntilUs > nowUs + (BURST - 1) * REFILL_US) return false;
    this.lastUs = nowUs;
    this.paidUntilUs = Math.max(this.paidUntilUs, nowUs) + REFILL_US;
    return true;
  }
}
