import type { CancelTimer, Clock } from '../../shared/clock.js';

interface Timer {
  readonly dueUs: number;
  readonly callback: () => void;
}

/** A clock that moves only when told; timers fire in order of their due time, each at exactly that time. */
export class FakeClock implements Clock {
  private readonly timers = new Set<Timer>();
  private wallOffsetUs = 0;

  constructor(private timeUs = 1_700_000_000_000_000) {}

  nowUs(): number {
    return this.timeUs;
  }

  wallUs(): number {
    return this.timeUs + this.wallOffsetUs;
  }

  /** Makes the wall clock jump, as after a sleep of the machine or when somebody sets the time. */
  stepWall(stepUs: number): void {
    this.wallOffsetUs += stepUs;
  }

  schedule(delayUs: number, callback: () => void): CancelTimer {
    const timer = { dueUs: this.timeUs + Math.max(0, delayUs), callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Number of timers that wait. */
  get pending(): number {
    return this.timers.size;
  }

  /** Moves time forward without a timer, as when the process stands still: what fell due fires late. */
  sleep(us: number): void {
    this.timeUs += us;
  }

  /** Moves time forward by `us` microseconds and fires what falls due on the way, including what that plans. */
  advance(us: number): void {
    const endUs = this.timeUs + us;
    for (;;) {
      const next = [...this.timers].filter((t) => t.dueUs <= endUs).sort((a, b) => a.dueUs - b.dueUs)[0];
      if (!next) break;
      this.timers.delete(next);
      this.timeUs = Math.max(this.timeUs, next.dueUs);
      next.callback();
    }
    this.timeUs = endUs;
  }
}
