/** Which side of the truth a bound is on: the offset is at most an upper bound and at least a lower one. */
export const UPPER = 1;
export const LOWER = -1;
export type Side = typeof UPPER | typeof LOWER;

/** At `atUs` in our clock the offset was at most (upper) or at least (lower) `offsetUs`. Both in microseconds. */
export interface Bound {
  readonly atUs: number;
  readonly offsetUs: number;
}

/**
 * The bounds of one side, oldest first, never more than `capacity`. When there is one too many, the bound that says
 * least beyond its two neighbours goes: those off the convex hull first (only points of the hull can bind: Zhang, Liu
 * and Xia, 2002), then the flattest corner of the hull. Bounds near the hull stay while there is room, because they
 * take over when an older corner is forgotten. What is left of a set of true bounds is true, so dropping costs width
 * at most.
 */
export class OffsetBounds {
  private readonly bounds: Bound[] = [];

  /** `wander` is how much a bound loosens with age (microseconds per microsecond): what a gap between bounds costs. */
  constructor(
    readonly side: Side,
    private readonly capacity: number,
    private readonly wander: number,
  ) {}

  /** All bounds, oldest first. */
  get items(): readonly Bound[] {
    return this.bounds;
  }

  /** Adds a bound that is not older than any before, and forgets those from before `horizonUs`. */
  add(bound: Bound, horizonUs: number): void {
    this.forgetBefore(horizonUs);
    this.bounds.push(bound);
    if (this.bounds.length > this.capacity) this.bounds.splice(this.leastTelling(), 1);
  }

  /** Forgets all bounds. */
  clear(): void {
    this.bounds.length = 0;
  }

  private forgetBefore(horizonUs: number): void {
    const firstKept = this.bounds.findIndex((bound) => bound.atUs >= horizonUs);
    this.bounds.splice(0, firstKept < 0 ? this.bounds.length : firstKept);
  }

  /** Index of the bound that would be missed least; the two ends have one neighbour only and stay. */
  private leastTelling(): number {
    let least = 0;
    let leastUs = Infinity;
    for (let i = 1; i < this.bounds.length - 1; i += 1) {
      const tellsUs = this.tells(this.bounds[i - 1], this.bounds[i], this.bounds[i + 1]);
      if (tellsUs < leastUs) {
        leastUs = tellsUs;
        least = i;
      }
    }
    return least;
  }

  /** How much tighter `middle` is than the chord of its neighbours, and how much these would loosen without it. */
  private tells(left: Bound | undefined, middle: Bound | undefined, right: Bound | undefined): number {
    if (!left || !middle || !right) return Infinity;
    const gapUs = right.atUs - left.atUs;
    const slope = gapUs > 0 ? (right.offsetUs - left.offsetUs) / gapUs : 0;
    const chordUs = left.offsetUs + slope * (middle.atUs - left.atUs);
    return this.side * (chordUs - middle.offsetUs) + this.wander * gapUs;
  }
}
