import type { CancelTimer, Clock } from '../../shared/clock.js';

/**
 * A clock that never lets anybody wait: a timer fires as soon as the event loop turns, and only then is it that late.
 * So what is paced runs as fast as its input comes, and nothing is ever overdue.
 */
export class EagerClock implements Clock {
  constructor(private timeUs = 1_700_000_000_000_000) {}

  nowUs(): number {
    return this.timeUs;
  }

  wallUs(): number {
    return this.timeUs;
  }

  schedule(delayUs: number, callback: () => void): CancelTimer {
    const dueUs = this.timeUs + Math.max(0, delayUs);
    const immediate = setImmediate(() => {
      this.timeUs = Math.max(this.timeUs, dueUs);
      callback();
    });
    return () => clearImmediate(immediate);
  }
}
