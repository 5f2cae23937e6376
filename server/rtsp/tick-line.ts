import { TICKS_MODULUS } from './pes-assembler.js';

/** Times of a picture that do not wrap. */
export interface GrowingTimes {
  readonly ptsTicks: number;
  readonly dtsTicks: number;
}

/**
 * Makes of times of 33 bits, which begin anew every 26.5 hours, times that grow: `dtsTicks` is always more than the one
 * before. A stream whose times jump back goes on one picture later; a jump forward is kept, as nobody can tell it from a
 * pause.
 */
export class TickLine {
  private lastDts33 = 0;
  private lastDtsTicks: number | null = null;
  private lastIntervalTicks = 1;

  /** Times of the next picture in decoding order. */
  next(pts33: number, dts33: number): GrowingTimes {
    const dtsTicks = this.lastDtsTicks === null ? dts33 : this.lastDtsTicks + this.stepTo(dts33);
    this.lastDts33 = dts33;
    this.lastDtsTicks = dtsTicks;
    return { ptsTicks: dtsTicks + distance(dts33, pts33), dtsTicks };
  }

  private stepTo(dts33: number): number {
    const step = distance(this.lastDts33, dts33);
    if (step > 0) this.lastIntervalTicks = step;
    return this.lastIntervalTicks;
  }
}

/** The shorter way from one time to the other: less than half the modulus, in either direction. */
function distance(from: number, to: number): number {
  const half = TICKS_MODULUS / 2;
  return ((to - from + half + TICKS_MODULUS) % TICKS_MODULUS) - half;
}
