import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';

/**
 * A process's clock beside the one that all processes of a machine share (CLOCK_MONOTONIC), both in microseconds. Two
 * such pairs tell exactly how far the clocks of two processes are apart, which the protocol can only estimate.
 */
export interface ClockPair {
  readonly nowUs: number;
  readonly monotonicUs: number;
}

/** Reads both clocks at one moment. */
export function readClockPair(clock: Clock = new SystemClock()): ClockPair {
  return { nowUs: clock.nowUs(), monotonicUs: Number(process.hrtime.bigint() / 1000n) };
}

/** How far the clock of `theirs` is ahead of that of `ours`. */
export function trueOffsetUs(theirs: ClockPair, ours: ClockPair): number {
  return theirs.nowUs - theirs.monotonicUs - (ours.nowUs - ours.monotonicUs);
}
