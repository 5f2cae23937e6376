/** Cancels what `Clock.schedule` planned; harmless when it already ran. */
export type CancelTimer = () => void;

/** The one source of time: injected everywhere, so that tests run on a fake one. */
export interface Clock {
  /** Microseconds since the Unix epoch, as a whole number; it never steps and never runs backwards. */
  nowUs(): number;
  /**
   * The operating system's wall clock in microseconds since the epoch. It may step; its distance to `nowUs` shows
   * that the machine slept or that somebody set the time. Never use it to measure.
   */
  wallUs(): number;
  /** Runs `callback` once after `delayUs` microseconds (rounded up to what timers can do). */
  schedule(delayUs: number, callback: () => void): CancelTimer;
}

/** Longest delay Node's timers take: 2^31 - 1 ms; anything longer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The real clock: the epoch is read once when the process starts, and the monotonic clock runs on from there, so a
 * step of the wall clock (NTP, a person) never makes a duration or a latency wrong.
 */
export class SystemClock implements Clock {
  nowUs(): number {
    return Math.round((performance.timeOrigin + performance.now()) * 1000);
  }

  wallUs(): number {
    return Date.now() * 1000;
  }

  schedule(delayUs: number, callback: () => void): CancelTimer {
    const delayMs = Math.min(MAX_TIMER_MS, Math.max(0, Math.ceil(delayUs / 1000)));
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  }
}
