import type { CancelTimer, Clock } from '../../shared/clock.js';

/**
 * Time that passes as fast as frames can be used: whenever something waits for a moment and `mayPass` allows it, that
 * moment has come. With it a paced source delivers one frame after the other without a pause.
 */
export class DemandClock implements Clock {
  private timeUs = 1_700_000_000_000_000;
  private timer: { readonly dueUs: number; readonly callback: () => void } | null = null;

  constructor(private readonly mayPass: () => boolean) {}

  nowUs(): number {
    return this.timeUs;
  }

  wallUs(): number {
    return this.timeUs;
  }

  /** There is one timer at a time: that of the source. */
  schedule(delayUs: number, callback: () => void): CancelTimer {
    const timer = { dueUs: this.timeUs + Math.max(0, delayUs), callback };
    this.timer = timer;
    queueMicrotask(() => this.pass());
    return () => {
      if (this.timer === timer) this.timer = null;
    };
  }

  /** Lets time pass up to the next moment that somebody waits for, if there is one. */
  pass(): void {
    if (!this.timer || !this.mayPass()) return;
    const { dueUs, callback } = this.timer;
    this.timer = null;
    this.timeUs = dueUs;
    callback();
  }
}
