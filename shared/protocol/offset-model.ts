import { boxRegion, clipRegion, type LineRegion } from './line-region.js';
import { type Bound, LOWER, OffsetBounds, UPPER } from './offset-bounds.js';

/** What is assumed about the two clocks, and for how long. */
export interface OffsetModelOptions {
  /** The rates of the clocks never differ by more: crystals are within 100 ppm each, and NTP steers them a little. */
  readonly maxDriftPpm: number;
  /**
   * Within a window the difference of the rates stays this close to what it is now. A crystal wanders by tenths of a
   * ppm in minutes, by one or two while the machine warms up, and NTP at work slews by a few.
   */
  readonly wanderPpm: number;
  /** How long a bound is believed to say something about the present. */
  readonly windowUs: number;
  /** A reading of our clock, and of the server's, is at most this far from the truth. */
  readonly ourResolutionUs: number;
  readonly serverResolutionUs: number;
}

/** Bounds kept of each side. With 500 no figure of the tests changes: a hull of noisy points has few corners. */
const MAX_BOUNDS = 32;

/**
 * What bounds taken at several times say together about an offset that moves along a nearly straight line: a convex
 * polygon of (offset, drift), one half-plane for each bound, found anew with every pair of bounds so that reading it
 * costs a handful of multiplications.
 */
export class OffsetModel {
  private readonly maxDrift: number;
  private readonly wander: number;
  private readonly windowUs: number;
  private readonly readingErrorUs: number;
  private readonly boundErrorUs: number;
  private readonly upper: OffsetBounds;
  private readonly lower: OffsetBounds;
  /** The lines that are possible, with their value at `referenceUs`, relative to `baseUs`: years cost no precision. */
  private region: LineRegion = [];
  private referenceUs = 0;
  private baseUs = 0;

  constructor(options: OffsetModelOptions) {
    this.maxDrift = options.maxDriftPpm / 1e6;
    this.wander = options.wanderPpm / 1e6;
    this.windowUs = options.windowUs;
    this.readingErrorUs = options.ourResolutionUs + options.serverResolutionUs;
    // The moment of a bound is a reading too, and while it is wrong the offset moves on by the drift.
    this.boundErrorUs = this.readingErrorUs + this.maxDrift * options.ourResolutionUs;
    this.upper = new OffsetBounds(UPPER, MAX_BOUNDS, this.wander);
    this.lower = new OffsetBounds(LOWER, MAX_BOUNDS, this.wander);
  }

  /**
   * Takes in an upper and a lower bound, neither older than any before and `lower` not older than `upper`. Returns
   * false when no line satisfies all bounds: then the offset stepped, and `clear` is due.
   */
  add(upper: Bound, lower: Bound): boolean {
    const horizonUs = lower.atUs - this.windowUs;
    this.upper.add(upper, horizonUs);
    this.lower.add(lower, horizonUs);
    this.referenceUs = lower.atUs;
    this.baseUs = upper.offsetUs;
    this.region = this.intersect(upper, lower);
    return this.region.length > 0;
  }

  /** Forgets all bounds. */
  clear(): void {
    this.upper.clear();
    this.lower.clear();
    this.region = [];
  }

  /**
   * The offset at `nowUs` and how far the truth can be from it, in whole microseconds. The error holds for the true
   * offset and for the difference between any reading of the server's clock and ours. Not to be called while empty.
   */
  at(nowUs: number): { offsetUs: number; errorUs: number } {
    const aheadUs = nowUs - this.referenceUs;
    const inWindowUs = Math.min(this.windowUs, Math.max(-this.windowUs, aheadUs));
    let lowUs = Infinity;
    let highUs = -Infinity;
    for (const line of this.region) {
      const valueUs = line.valueUs + line.slope * inWindowUs;
      if (valueUs < lowUs) lowUs = valueUs;
      if (valueUs > highUs) highUs = valueUs;
    }
    // Farther away than a window nothing is known about the drift but its limit.
    const movedUs = this.wander * Math.abs(inWindowUs) + this.maxDrift * Math.abs(aheadUs - inWindowUs);
    const middleUs = Math.round((lowUs + highUs) / 2);
    const halfUs = Math.max(highUs - middleUs, middleUs - lowUs);
    return { offsetUs: this.baseUs + middleUs, errorUs: Math.ceil(halfUs + movedUs + this.readingErrorUs) };
  }

  /** Middle of the drifts that are possible, in parts per million; positive when the server's clock is the faster. */
  get driftPpm(): number {
    const slopes = this.region.map((line) => line.slope);
    return ((Math.min(...slopes) + Math.max(...slopes)) / 2) * 1e6;
  }

  /** Cuts away what each bound rules out, newest bound first because that leaves least to do for the others. */
  private intersect(newestUpper: Bound, newestLower: Bound): LineRegion {
    const lowUs = newestLower.offsetUs - this.baseUs - this.boundErrorUs;
    const spanUs = newestLower.atUs - newestUpper.atUs;
    const highUs = this.boundErrorUs + (this.maxDrift + this.wander) * spanUs;
    let region = boxRegion(lowUs, highUs, this.maxDrift);
    for (const { side, items } of [this.upper, this.lower]) {
      for (let i = items.length - 1; i >= 0; i -= 1) {
        const bound = items[i];
        if (!bound) continue;
        const ageUs = this.referenceUs - bound.atUs;
        const slackUs = this.boundErrorUs + this.wander * ageUs;
        region = clipRegion(region, side, ageUs, bound.offsetUs - this.baseUs + side * slackUs);
      }
    }
    return region;
  }
}
