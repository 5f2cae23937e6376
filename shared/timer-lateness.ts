import type { CancelTimer, Clock } from './clock.js';

/** One look every 20 ms costs a thread about a thousandth of its time. */
export const TIMER_PERIOD_US = 20_000;
/** After a longer stop than this, such as a sleep of the machine, the looks that were missed are not made up for. */
const MAX_STOP_US = 600_000_000;

/**
 * Own timers, due on a fixed grid. After a stop every one that was due in it counts with its own lateness, as the frames
 * do that came meanwhile: a stop of a second is fifty late timers, not one (coordinated omission, corrected).
 */
export class TimerLateness {
  private dueUs: number;
  private cancelTimer: CancelTimer;

  /** @param record takes how late a timer was and when it was due, in microseconds; timers are up to a millisecond late by themselves */
  constructor(
    private readonly clock: Clock,
    private readonly record: (lateUs: number, dueUs: number) => void,
  ) {
    this.dueUs = clock.nowUs() + TIMER_PERIOD_US;
    this.cancelTimer = this.plan(TIMER_PERIOD_US);
  }

  /** Counts the timers that are due by now, before the event loop gets to them. */
  catchUp(): void {
    const nowUs = this.clock.nowUs();
    if (nowUs - this.dueUs > MAX_STOP_US) this.dueUs = nowUs;
    for (; this.dueUs <= nowUs; this.dueUs += TIMER_PERIOD_US) this.record(nowUs - this.dueUs, this.dueUs);
  }

  close(): void {
    this.cancelTimer();
  }

  private plan(delayUs: number): CancelTimer {
    return this.clock.schedule(delayUs, () => this.onTimer());
  }

  private onTimer(): void {
    this.catchUp();
    this.cancelTimer = this.plan(this.dueUs - this.clock.nowUs());
  }
}
