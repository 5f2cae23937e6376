import type { Clock } from '../../shared/clock.js';
import type { ClockFigures } from '../metrics/snapshot.js';
import type { ClockReading } from './path-latency.js';

/** The clock that time codes were written by, as it is seen from here. */
export interface TimeCodeClock {
  /** That clock at a moment of ours; null while it is not known. */
  readingAt(nowUs: number): ClockReading | null;
  /** How it stands, for reports. */
  figuresAt(nowUs: number): ClockFigures;
  stop(): Promise<void>;
}

/**
 * What the clocks of two processes of one machine are apart at most while nobody sets its time: each reads the epoch once,
 * to the millisecond, and goes on by a clock that is slewed like that of the machine (on Linux), or nearly so.
 */
const MACHINE_TOLERANCE_US = 2000;
/** The wall clock is told in whole milliseconds, rounded down. */
const WALL_RESOLUTION_US = 1000;

/**
 * The clock of this machine, for codes that another process of it writes. A step of the machine's time since the start
 * of this process is in the error; one before, but after the start of the other process, cannot be seen from here.
 */
export class MachineClock implements TimeCodeClock {
  constructor(private readonly clock: Clock) {}

  readingAt(): ClockReading {
    return { offsetUs: 0, errorUs: this.distanceUs() + MACHINE_TOLERANCE_US };
  }

  figuresAt(): ClockFigures {
    return { ...this.readingAt(), driftPpm: null, rttUs: { min: null, p50: null } };
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** At least so far is the wall clock from ours, however long it took to read both. */
  private distanceUs(): number {
    const beforeUs = this.clock.nowUs();
    const wallUs = this.clock.wallUs();
    const afterUs = this.clock.nowUs();
    return Math.max(0, wallUs - afterUs, beforeUs - wallUs - WALL_RESOLUTION_US);
  }
}
