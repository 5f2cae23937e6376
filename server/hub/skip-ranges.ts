/** Sequence numbers `first` to `last`, both included. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

const NOTHING: readonly SequenceRange[] = [];

/**
 * The frames a subscriber did not get because the server chose so, as sorted, disjoint ranges that wait to be
 * announced. They form one range for as long as the subscriber lags, so memory stays bounded however long that is.
 */
export class SkipRanges {
  private ranges: SequenceRange[] = [];

  /** @param maxRanges more are never kept: the oldest is forgotten, and its frames then count as lost */
  constructor(private readonly maxRanges: number) {}

  /** Adds the frames `first` to `last`; nearly always they extend the newest range. */
  add(first: number, last: number): void {
    const ranges = this.ranges;
    let start = ranges.length;
    while (start > 0 && ranges[start - 1]!.last >= first - 1) start -= 1;
    let end = start;
    while (end < ranges.length && ranges[end]!.first <= last + 1) end += 1;
    const touched = ranges.slice(start, end);
    const merged = {
      first: Math.min(first, touched[0]?.first ?? first),
      last: Math.max(last, touched.at(-1)?.last ?? last),
    };
    ranges.splice(start, end - start, merged);
    if (ranges.length > this.maxRanges) ranges.shift();
  }

  /** Removes and returns the ranges that lie wholly before `sequence`, oldest first. */
  takeBefore(sequence: number): readonly SequenceRange[] {
    const oldest = this.ranges[0];
    if (!oldest || oldest.last >= sequence) return NOTHING;
    let count = 1;
    while (count < this.ranges.length && this.ranges[count]!.last < sequence) count += 1;
    return this.ranges.splice(0, count);
  }
}
