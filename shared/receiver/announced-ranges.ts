interface Range {
  readonly first: number;
  readonly last: number;
}

/** Ranges remembered at once. A server announces a range just before the frame that follows it, so one is usual. */
const MAX_RANGES = 64;

/**
 * Sequence numbers that the server said it skips, whose turn has not come yet: disjoint ranges, least first. The peer is
 * not trusted: ranges may overlap, be huge or be far ahead, and of more than 64 the ones farthest ahead are forgotten.
 */
export class AnnouncedRanges {
  private ranges: Range[] = [];

  /** Adds `first` to `last`, both included; ignored when `last` is less. */
  add(first: number, last: number): void {
    if (!(first <= last)) return;
    const touching = this.ranges.filter((range) => range.first <= last + 1 && range.last >= first - 1);
    const joined = {
      first: Math.min(first, ...touching.map((range) => range.first)),
      last: Math.max(last, ...touching.map((range) => range.last)),
    };
    const apart = this.ranges.filter((range) => !touching.includes(range));
    this.ranges = [...apart, joined].sort((a, b) => a.first - b.first).slice(0, MAX_RANGES);
  }

  /** Number of announced sequence numbers below `end`, which are forgotten with that. */
  takeBelow(end: number): number {
    let taken = 0;
    while (this.ranges[0] && this.ranges[0].first < end) {
      const { first, last } = this.ranges[0];
      taken += Math.min(last, end - 1) - first + 1;
      if (last >= end) {
        this.ranges[0] = { first: end, last };
        break;
      }
      this.ranges.shift();
    }
    return taken;
  }

  clear(): void {
    this.ranges = [];
  }
}
