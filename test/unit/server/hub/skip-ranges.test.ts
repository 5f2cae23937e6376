import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SkipRanges } from '../../../../server/hub/skip-ranges.js';
import type { SequenceRange } from '../../../../server/hub/skip-ranges.js';

/** Ranges the tests let a `SkipRanges` keep: more than they make, unless they are about that. */
const PLENTY = 1000;

describe('SkipRanges', () => {
  it('gives nothing when nothing was skipped', () => {
    expect(new SkipRanges(PLENTY).takeBefore(100)).toEqual([]);
  });

  it('joins frames that follow each other', () => {
    const ranges = new SkipRanges(PLENTY);
    for (const sequence of [4, 5, 6]) ranges.add(sequence, sequence);
    expect(ranges.takeBefore(7)).toEqual([{ first: 4, last: 6 }]);
  });

  it('joins two ranges when what lay between them comes', () => {
    const ranges = new SkipRanges(PLENTY);
    ranges.add(1, 2);
    ranges.add(4, 5);
    ranges.add(3, 3);
    expect(ranges.takeBefore(6)).toEqual([{ first: 1, last: 5 }]);
  });

  it('hands each range out once, oldest first, and keeps what is not wholly before the frame', () => {
    const ranges = new SkipRanges(PLENTY);
    ranges.add(1, 1);
    ranges.add(3, 4);
    ranges.add(8, 9);
    expect(ranges.takeBefore(4)).toEqual([{ first: 1, last: 1 }]);
    expect(ranges.takeBefore(5)).toEqual([{ first: 3, last: 4 }]);
    expect(ranges.takeBefore(8)).toEqual([]);
    expect(ranges.takeBefore(100)).toEqual([{ first: 8, last: 9 }]);
    expect(ranges.takeBefore(100)).toEqual([]);
  });

  it('keeps no more ranges than it may and forgets the oldest', () => {
    const ranges = new SkipRanges(3);
    for (const sequence of [0, 2, 4, 6, 8]) ranges.add(sequence, sequence);
    expect(ranges.takeBefore(100)).toEqual([4, 6, 8].map((sequence) => ({ first: sequence, last: sequence })));
  });

  it('is the same as a set of numbers, in sorted ranges with gaps between them', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(400), length: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ takeBefore: fc.nat(420) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ranges = new SkipRanges(PLENTY);
        const model = new Set<number>();
        for (const each of steps) {
          if ('add' in each) {
            ranges.add(each.add, each.add + each.length - 1);
            for (let n = each.add; n < each.add + each.length; n += 1) model.add(n);
          } else {
            const expected = rangesOf(model).filter(({ last }) => last < each.takeBefore);
            expect(ranges.takeBefore(each.takeBefore)).toEqual(expected);
            for (const { first, last } of expected) for (let n = first; n <= last; n += 1) model.delete(n);
          }
        }
        expect(ranges.takeBefore(Infinity)).toEqual(rangesOf(model));
      }),
      { numRuns: 300 },
    );
  });
});

/** The numbers as ranges, the slow and plain way. */
function rangesOf(numbers: ReadonlySet<number>): SequenceRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const newest = ranges.at(-1);
    if (newest && newest.last === number - 1) newest.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges;
}
