import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LatencyHistogram, MAX_TRACKABLE_US } from '../../../shared/histogram.js';
import { MAX_COUNT } from '../../../shared/histogram-reader.js';

const QUANTILES = [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1];

const anyValue = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.integer({ min: -MAX_TRACKABLE_US, max: MAX_TRACKABLE_US }),
  fc.integer({ min: 0, max: 31 }).map((bits) => 2 ** bits),
  fc.integer({ min: 0, max: 31 }).map((bits) => 2 ** bits - 1),
);
const anyValues = fc.array(anyValue, { minLength: 1, maxLength: 300 });

describe('LatencyHistogram', () => {
  it('holds nothing at first', () => {
    const histogram = new LatencyHistogram();
    const { count, negative, saturated, min, max, mean, stddev } = histogram;
    expect({ count, negative, saturated, min, max, mean, stddev }).toEqual({
      count: 0,
      negative: 0,
      saturated: 0,
      min: null,
      max: null,
      mean: null,
      stddev: null,
    });
    expect(histogram.quantile(0.5)).toBeNull();
    expect(histogram.bars(10)).toEqual([]);
    expect(histogram.encodeNegative()).toBeNull();
  });

  it('keeps negative values and counts them', () => {
    const histogram = filled([-5, -3, 0, 2, 11]);
    expect(histogram.count).toBe(5);
    expect(histogram.negative).toBe(2);
    expect(QUANTILES.map((q) => histogram.quantile(q))).toEqual([-5, -5, -5, 0, 11, 11, 11, 11]);
    expect(histogram.quantile(0.4)).toBe(-3);
    expect(histogram.mean).toBe(1);
    expect(histogram.stddev).toBeCloseTo(Math.sqrt(154 / 5), 12);
  });

  it('gives the greatest of the values that share a bucket, but none beyond the maximum', () => {
    // From 4096 to 8191 a bucket holds four values.
    const histogram = filled([4096, 4097, 8188]);
    expect(histogram.quantile(0.5)).toBe(4099);
    expect(histogram.quantile(1)).toBe(8188);
    expect(histogram.quantile(0)).toBe(4099);
  });

  it('gives a bucket of negative values as its value nearest to zero', () => {
    expect(filled([-4098, -4097, 9]).quantile(0.5)).toBe(-4096);
    expect(filled([-4098, -4097]).quantile(0.5)).toBe(-4097);
  });

  it('does not lift the rank by a rounding error', () => {
    // 0.07 * 100 is 7.000000000000001.
    expect(filled(Array.from({ length: 100 }, (_, i) => i + 1)).quantile(0.07)).toBe(7);
  });

  it('rounds to whole microseconds, and -0 is 0', () => {
    const histogram = filled([-0.4, 1.5]);
    expect(histogram.negative).toBe(0);
    expect(histogram.min).toBe(0);
    expect(histogram.max).toBe(2);
  });

  it('counts values beyond an hour as an hour', () => {
    const histogram = filled([-Infinity, -MAX_TRACKABLE_US, MAX_TRACKABLE_US, MAX_TRACKABLE_US + 1]);
    expect(histogram.saturated).toBe(2);
    expect(histogram.count).toBe(4);
    expect(histogram.min).toBe(-MAX_TRACKABLE_US);
    expect(histogram.max).toBe(MAX_TRACKABLE_US);
    expect(histogram.quantile(1)).toBe(MAX_TRACKABLE_US);
  });

  it('refuses NaN', () => {
    expect(() => new LatencyHistogram().record(NaN)).toThrow(RangeError);
  });

  it('records a value many times at once', () => {
    const histogram = filled([1]);
    histogram.record(-4, 3);
    histogram.record(7, 0);
    expect(histogram.count).toBe(4);
    expect(histogram.negative).toBe(3);
    expect(histogram.max).toBe(1);
    expect(histogram.mean).toBe(-2.75);
  });

  it('does not count more than 2^32 - 1 values', () => {
    const histogram = filled([9]);
    histogram.record(-Infinity, MAX_COUNT);
    histogram.record(4_000_000_000);
    const { count, negative, saturated, max } = histogram;
    expect({ count, negative, saturated, max }).toEqual({
      count: MAX_COUNT,
      negative: MAX_COUNT - 1,
      saturated: MAX_COUNT - 1,
      max: 9,
    });
    expect(histogram.quantile(1)).toBe(9);
    expect(histogram.bars(64).reduce((sum, bar) => sum + bar.count, 0)).toBe(MAX_COUNT);
  });

  it('gives the value of the very rank', () => {
    // At rank 127 of 193 the library is one too high when it is asked for the percentage itself.
    const histogram = filled(Array.from({ length: 193 }, (_, i) => i + 1));
    for (let rank = 1; rank <= 193; rank += 1) expect(histogram.quantile((rank - 0.5) / 193)).toBe(rank);
  });

  it('gives the value of the very rank among billions', () => {
    const histogram = filled([1]);
    histogram.record(2, MAX_COUNT - 2);
    histogram.record(3);
    const ranks = [1, 2, MAX_COUNT - 1, MAX_COUNT];
    expect(ranks.map((rank) => histogram.quantile((rank - 0.5) / MAX_COUNT))).toEqual([1, 2, 2, 3]);
  });

  it('starts over after a reset', () => {
    const histogram = filled([-7, -7, -7, 4, 4, 5_000_000_000]);
    histogram.reset();
    expect(histogram.quantile(0.5)).toBeNull();
    expect(histogram.encodeNegative()).toBeNull();
    expect(LatencyHistogram.decode(histogram.encode()).count).toBe(0);
    for (const value of [-9, -2, 3, 8]) histogram.record(value);
    expect(shapeOf(histogram)).toEqual(shapeOf(filled([-9, -2, 3, 8])));
    expect([histogram.mean, histogram.stddev]).toEqual([0, Math.sqrt(158 / 4)]);
  });

  it('agrees with a naive quantile to three significant digits', () => {
    fc.assert(
      fc.property(anyValues, fc.constantFrom(...QUANTILES), (values, q) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * values.length * (1 - Number.EPSILON)) - 1)] ?? NaN;
        const given = filled(values).quantile(q) ?? NaN;
        expect(Math.abs(given - exact)).toBeLessThanOrEqual(Math.abs(exact) / 1024);
        if (Math.abs(exact) < 2048) expect(given).toBe(exact);
      }),
    );
  });

  it('knows count, extremes, mean and deviation exactly', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const histogram = filled(values);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const stddev = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
        expect(histogram.count).toBe(values.length);
        expect(histogram.negative).toBe(values.filter((value) => value < 0).length);
        expect(histogram.min).toBe(Math.min(...values));
        expect(histogram.max).toBe(Math.max(...values));
        expect(Math.abs((histogram.mean ?? NaN) - mean)).toBeLessThan(1e-3);
        expect(Math.abs((histogram.stddev ?? NaN) - stddev)).toBeLessThan(1e-3);
      }),
    );
  });

  it('has the deviation of values that are close together and far from zero', () => {
    expect(filled([3_599_999_999, 3_600_000_000]).stddev).toBe(0.5);
  });

  it('merges to what recording all values gives', () => {
    fc.assert(
      fc.property(fc.array(anyValue), fc.array(anyValue), (left, right) => {
        const merged = filled(left);
        merged.merge(filled(right));
        const all = filled([...left, ...right]);
        expect(shapeOf(merged)).toEqual(shapeOf(all));
        expect(Math.abs((merged.mean ?? 0) - (all.mean ?? 0))).toBeLessThan(1e-3);
        expect(Math.abs((merged.stddev ?? 0) - (all.stddev ?? 0))).toBeLessThan(1e-3);
      }),
    );
  });

  it('takes an even share where the values of both are more than 2^32 - 1, and counts the rest', () => {
    const full = new LatencyHistogram();
    full.record(7, 2 ** 32 - 1 - 1000);
    const other = new LatencyHistogram();
    other.record(-50, 1000);
    other.record(90, 3000);
    full.merge(other);
    expect([full.count, full.negative, full.uncounted]).toEqual([2 ** 32 - 1, 250, 3000]);
    expect([full.min, full.max]).toEqual([-50, 90]);
    full.merge(other);
    full.record(5);
    expect([full.count, full.uncounted]).toEqual([2 ** 32 - 1, 7001]);
    const copy = LatencyHistogram.ofState(full.state());
    expect([copy.count, copy.uncounted, copy.mean]).toEqual([full.count, 7001, full.mean]);
    const sum = new LatencyHistogram();
    sum.merge(full);
    expect(sum.uncounted).toBe(7001);
    sum.reset();
    expect(sum.uncounted).toBe(0);
  });

  it('merges full histograms without end', () => {
    const half = new LatencyHistogram();
    half.record(7, 2 ** 31);
    half.merge(half);
    half.merge(half);
    expect([half.count, half.quantile(1), half.mean, half.stddev]).toEqual([2 ** 32 - 1, 7, 7, 0]);
  });
});

/** Everything that does not depend on the order of recording. */
function shapeOf(histogram: LatencyHistogram) {
  const { count, negative, saturated, min, max } = histogram;
  const quantiles = [...QUANTILES, 0.25, 0.75].map((q) => histogram.quantile(q));
  return { count, negative, saturated, min, max, quantiles, bars: histogram.bars(64) };
}

function filled(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}
