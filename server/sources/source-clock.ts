import type { TimeSource } from '../../shared/protocol/messages.js';

/** What a frame's capture time is taken to be. Times are microseconds. */
export interface Stamp {
  readonly captureTimeUs: number;
  readonly timeSource: Extract<TimeSource, 'source' | 'arrival'>;
  /** Bound of the error of `captureTimeUs`; 0 for an arrival, which is what our own clock says. */
  readonly clockErrorUs: number;
  /** How far the source's clock leapt (at its first word: how far it is off); null while it runs on. */
  readonly jumpUs: number | null;
}

/** Error of a clock that states none: cameras set theirs by NTP, over Wi-Fi and with coarse timers. */
export const ASSUMED_CLOCK_ERROR_US = 50_000;

/** A frame this old was delayed beyond use, or its clock is wrong; one this far ahead shows a wrong clock for sure. */
const MAX_AGE_US = 60_000_000;
const MAX_AHEAD_US = 1_000_000;
/** What is beyond these is a leap. A delay alone makes frames older, but never turns their order around. */
const LEAP_AHEAD_US = 2_000_000;
const LEAP_BACK_US = 100_000;
/** The freshest frame of the last minute tells how far ahead the clock is, minute by second. */
const MEMORY_S = 60;

/**
 * Judges what a source says about when its frames were captured, in a clock that is not ours: what can be true is
 * taken, with a bound of its error, and anything else replaced by the arrival. One for each source; it outlives its
 * connections, so that a camera which comes back with another time is seen to leap.
 */
export class SourceClock {
  /** Least time from capture to arrival, by the second of the arrival; negative where the clock is ahead of ours. */
  private readonly leastLagUs = new Array<number>(MEMORY_S).fill(Infinity);
  private second = -Infinity;
  private last: { readonly sourceTimeUs: number; readonly arrivalTimeUs: number; readonly isUsable: boolean } | null =
    null;

  /**
   * Stamps a frame that the source says it captured at `sourceTimeUs`, give or take `statedErrorUs`, and that arrived
   * at `arrivalTimeUs`, which must not run backwards. All in microseconds since the epoch.
   */
  stamp(sourceTimeUs: number, arrivalTimeUs: number, statedErrorUs: number | null = null): Stamp {
    const lagUs = arrivalTimeUs - sourceTimeUs;
    const isUsable = lagUs <= MAX_AGE_US && lagUs >= -MAX_AHEAD_US;
    this.forgetOld(arrivalTimeUs);
    const jumpUs = this.leap(sourceTimeUs, arrivalTimeUs, isUsable);
    this.remember(lagUs);
    this.last = { sourceTimeUs, arrivalTimeUs, isUsable };
    if (!isUsable) return { captureTimeUs: arrivalTimeUs, timeSource: 'arrival', clockErrorUs: 0, jumpUs };
    // No frame is captured after it arrived: by as much as it seems to be, the clock is wrong.
    const aheadUs = Math.max(0, -Math.min(...this.leastLagUs));
    const clockErrorUs = Math.max(statedErrorUs ?? ASSUMED_CLOCK_ERROR_US, aheadUs);
    return { captureTimeUs: sourceTimeUs, timeSource: 'source', clockErrorUs, jumpUs };
  }

  private leap(sourceTimeUs: number, arrivalTimeUs: number, isUsable: boolean): number | null {
    const { last } = this;
    if (last === null) return isUsable ? null : sourceTimeUs - arrivalTimeUs;
    const movedUs = sourceTimeUs - last.sourceTimeUs;
    const leapUs = movedUs - (arrivalTimeUs - last.arrivalTimeUs);
    const freshestUs = Math.min(...this.leastLagUs, last.arrivalTimeUs - last.sourceTimeUs);
    const isAhead = arrivalTimeUs - sourceTimeUs < freshestUs - LEAP_AHEAD_US;
    const isBack = movedUs < -LEAP_BACK_US;
    // The lags of a clock that was set since say nothing about it any more.
    if (isBack || isAhead) this.leastLagUs.fill(Infinity);
    return isBack || isAhead || (last.isUsable && !isUsable) ? leapUs : null;
  }

  private forgetOld(arrivalTimeUs: number): void {
    const second = Math.floor(arrivalTimeUs / 1_000_000);
    const first = Math.max(this.second + 1, second - MEMORY_S + 1);
    for (let each = first; each <= second; each += 1) this.leastLagUs[each % MEMORY_S] = Infinity;
    this.second = Math.max(this.second, second);
  }

  private remember(lagUs: number): void {
    const place = this.second % MEMORY_S;
    this.leastLagUs[place] = Math.min(this.leastLagUs[place] ?? Infinity, lagUs);
  }
}
