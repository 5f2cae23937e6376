import type { Clock } from '../../shared/clock.js';

const WINDOW_US = 1_000_000;

/**
 * Bounds what one client may send in a second. An honest one needs a few kilobytes; without a bound, one that floods
 * the server with valid messages would take a core away from all others.
 */
export class TrafficLimit {
  private windowStartUs = -Infinity;
  private amount = 0;

  constructor(
    private readonly maxPerSecond: number,
    private readonly clock: Clock,
  ) {}

  /** Counts `amount`, in bytes or messages; false when that is more than may come in this second. */
  admits(amount: number): boolean {
    const nowUs = this.clock.nowUs();
    if (nowUs - this.windowStartUs >= WINDOW_US) {
      this.windowStartUs = nowUs;
      this.amount = 0;
    }
    this.amount += amount;
    return this.amount <= this.maxPerSecond;
  }
}
