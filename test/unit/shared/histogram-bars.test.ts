import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LatencyHistogram, MAX_TRACKABLE_US } from '../../../shared/histogram.js';

const anyValue = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.integer({ min: -MAX_TRACKABLE_US, max: MAX_TRACKABLE_US }),
  fc.integer({ min: 0, max: 31 }).map((bits) => 2 ** bits),
  fc.integer({ min: 0, max: 31 }).map((bits) => 2 ** bits - 1),
);
const anyValues = fc.array(anyValue, { minLength: 1, maxLength: 300 });

describe('LatencyHistogram.bars', () => {
  it('has one bar for one value', () => {
    expect(filled([5, 5]).bars(10)).toEqual([{ fromUs: 5, toUs: 6, count: 2 }]);
  });

  it('has bounds that read well', () => {
    expect(filled([0, 3, 19, 20, 47]).bars(5)).toEqual([
      { fromUs: 0, toUs: 10, count: 2 },
      { fromUs: 10, toUs: 20, count: 1 },
      { fromUs: 20, toUs: 30, count: 1 },
      { fromUs: 30, toUs: 40, count: 0 },
      { fromUs: 40, toUs: 50, count: 1 },
    ]);
  });

  it('draws negative values left of zero', () => {
    expect(filled([-150, -1, 0, 120]).bars(4)).toEqual([
      { fromUs: -200, toUs: -100, count: 1 },
      { fromUs: -100, toUs: 0, count: 1 },
      { fromUs: 0, toUs: 100, count: 1 },
      { fromUs: 100, toUs: 200, count: 1 },
    ]);
  });

  it('has no bars narrower than values that far out can be told apart', () => {
    // From 4,194,304 to 8,388,607 a bucket holds 4,096 values, so 5,000 is the least readable width.
    expect(filled([5_001_000, 5_008_000]).bars(64)).toEqual([
      { fromUs: 5_000_000, toUs: 5_005_000, count: 1 },
      { fromUs: 5_005_000, toUs: 5_010_000, count: 1 },
    ]);
    expect(filled([-5_008_000, -5_001_000]).bars(64)).toEqual([
      { fromUs: -5_010_000, toUs: -5_005_000, count: 1 },
      { fromUs: -5_005_000, toUs: -5_000_000, count: 1 },
    ]);
  });

  it('counts outliers in the outer bars and says how far out they are', () => {
    const histogram = new LatencyHistogram();
    histogram.record(-90_000);
    histogram.record(10, 5000);
    histogram.record(20, 5000);
    histogram.record(1_000_000);
    expect(histogram.bars(2)).toEqual([
      { fromUs: -90_000, toUs: 20, count: 5001 },
      { fromUs: 20, toUs: 1_000_001, count: 5001 },
    ]);
  });

  it('covers all values with at most as many bars as asked for, without a gap', () => {
    fc.assert(
      fc.property(anyValues, fc.integer({ min: 2, max: 64 }), (values, maxBars) => {
        const histogram = filled(values);
        const bars = histogram.bars(maxBars);
        expect(bars.length).toBeGreaterThan(0);
        expect(bars.length).toBeLessThanOrEqual(maxBars);
        expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(values.length);
        expect(bars[0]?.fromUs).toBeLessThanOrEqual(Math.min(...values));
        expect(bars.at(-1)?.toUs).toBeGreaterThan(Math.max(...values));
        for (const [i, bar] of bars.entries()) {
          expect(bar.toUs).toBeGreaterThan(bar.fromUs);
          if (i > 0) expect(bar.fromUs).toBe(bars[i - 1]?.toUs);
        }
      }),
    );
  });

  it('counts small values in the very bar they belong to', () => {
    const small = fc.array(fc.integer({ min: -2047, max: 2047 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(small, fc.integer({ min: 2, max: 64 }), (values, maxBars) => {
        for (const { fromUs, toUs, count } of filled(values).bars(maxBars)) {
          expect(count).toBe(values.filter((value) => value >= fromUs && value < toUs).length);
        }
      }),
    );
  });
});

function filled(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}
