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

/** Whoever writes the time codes runs on this machine, and so has its clock. */
export const CLOCK_OF_THIS_MACHINE: TimeCodeClock = {
  readingAt: () => ({ offsetUs: 0, errorUs: 0 }),
  figuresAt: () => ({ offsetUs: 0, errorUs: 0, driftPpm: 0, rttUs: { min: null, p50: null } }),
  stop: () => Promise.resolve(),
};
