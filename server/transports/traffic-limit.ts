import type { Clock } from '../../shared/clock.js';

const WINDOW_US = 1_000_000;

/**
 * Bounds what one client may send in a second. An honest one needs a few kilobytes; without a bound, one that floods
 * the server with valid messages would take a core away from all others.
 */
export class TrafficLimit {
  private windowStartUs = -Infinity;
  private bytes = 0;

  constructor(
    private readonly maxBytesPerSecond: number,
    private readonly clock: Clock,
  ) {}

  /** Counts `lengthBytes`; false when that is more than may come in this second. */
  admits(lengthBytes: number): boolean {
    const nowUs = this.clock.nowUs();
    if (nowUs - this.windowStartUs >= WINDOW_US) {
      this.windowStartUs = nowUs;
      this.bytes = 0;
    }
    this.bytes += lengthBytes;
    return this.bytes <= this.maxBytesPerSecond;
  }
}
