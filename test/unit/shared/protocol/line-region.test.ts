import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxRegion, clipRegion, type Line, type LineRegion } from '../../../../shared/protocol/line-region.js';
import { LOWER, UPPER } from '../../../../shared/protocol/offset-bounds.js';

function byPosition(region: LineRegion): readonly Line[] {
  return [...region].sort((a, b) => a.slope - b.slope || a.valueUs - b.valueUs);
}

describe('clipRegion', () => {
  const box = boxRegion(-10, 10, 1);

  it('gives the same region back when nothing is cut off', () => {
    expect(clipRegion(box, UPPER, 0, 10)).toBe(box);
    expect(clipRegion(box, LOWER, 0, -10)).toBe(box);
    expect(clipRegion(box, UPPER, 5, 15)).toBe(box);
  });

  it('moves an edge for a limit at the reference time', () => {
    expect(byPosition(clipRegion(box, UPPER, 0, 4))).toEqual(byPosition(boxRegion(-10, 4, 1)));
    expect(byPosition(clipRegion(box, LOWER, 0, 4))).toEqual(byPosition(boxRegion(4, 10, 1)));
  });

  it('cuts aslant for a limit in the past', () => {
    // value - 20 slope <= 10 leaves, at value 10, the slopes from 0 on, and at value -10 those from -1 on.
    expect(byPosition(clipRegion(box, UPPER, 20, 10))).toEqual([
      { valueUs: -10, slope: -1 },
      { valueUs: 10, slope: 0 },
      { valueUs: -10, slope: 1 },
      { valueUs: 10, slope: 1 },
    ]);
  });

  it('leaves nothing when nothing satisfies the limit, and nothing of nothing', () => {
    expect(clipRegion(box, UPPER, 0, -10.5)).toEqual([]);
    expect(clipRegion([], LOWER, 0, 0)).toEqual([]);
  });

  it('leaves a point or an edge when that is all that satisfies the limit', () => {
    expect(byPosition(clipRegion(box, UPPER, 0, -10))).toEqual([
      { valueUs: -10, slope: -1 },
      { valueUs: -10, slope: 1 },
    ]);
  });

  it('keeps every line that satisfies the limits, and no corner that does not', () => {
    const limit = fc.record({
      side: fc.constantFrom(UPPER, LOWER),
      ageUs: fc.integer({ min: 0, max: 100 }),
      limitUs: fc.integer({ min: -150, max: 150 }),
    });
    const line = fc.record({
      valueUs: fc.integer({ min: -10, max: 10 }),
      slope: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(limit, { maxLength: 12 }),
        line,
        fc.double({ min: -100, max: 100, noNaN: true }),
        (limits, l, t) => {
          let region: LineRegion = box;
          for (const { side, ageUs, limitUs } of limits) region = clipRegion(region, side, ageUs, limitUs);
          for (const { side, ageUs, limitUs } of limits) {
            for (const corner of region) {
              expect(side * (corner.valueUs - corner.slope * ageUs - limitUs)).toBeLessThan(1e-9);
            }
          }
          const satisfied = limits.every(
            ({ side, ageUs, limitUs }) => side * (l.valueUs - l.slope * ageUs - limitUs) <= 0,
          );
          if (!satisfied) return;
          const values = region.map((corner) => corner.valueUs + corner.slope * t);
          expect(Math.max(...values)).toBeGreaterThan(l.valueUs + l.slope * t - 1e-9);
          expect(Math.min(...values)).toBeLessThan(l.valueUs + l.slope * t + 1e-9);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
