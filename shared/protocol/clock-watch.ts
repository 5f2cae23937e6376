import type { Clock } from '../clock.js';

/** Far more than a wall clock's resolution and a delayed check can make, far less than any sleep. */
export const DEFAULT_THRESHOLD_US = 50_000;

/**
 * Notices that the machine slept: Linux's monotonic clock stands still in suspend while the wall clock goes on. Every
 * offset to another machine is wrong from then on, and a ping that was under way shows a small delay that is not true.
 * A wall clock that somebody set looks the same, and costs no more than a synchronisation that was not needed.
 */
export class ClockWatch {
  private apartUs: number;

  constructor(
    private readonly clock: Clock,
    private readonly thresholdUs: number = DEFAULT_THRESHOLD_US,
  ) {
    this.apartUs = clock.wallUs() - clock.nowUs();
  }

  /** Whether the clocks moved apart by more than the threshold since the last check (or the construction). */
  check(): boolean {
    const apartUs = this.clock.wallUs() - this.clock.nowUs();
    const movedUs = Math.abs(apartUs - this.apartUs);
    this.apartUs = apartUs;
    return movedUs > this.thresholdUs;
  }
}
