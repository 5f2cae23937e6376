import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram, MAX_TRACKABLE_US } from '../../../shared/histogram.js';

const anyValue = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.integer({ min: -2 * MAX_TRACKABLE_US, max: 2 * MAX_TRACKABLE_US }),
);

describe('the state of a histogram', () => {
  it('is all there is of it, also after it went to another thread', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 200 }), (values) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.record(value);
        const copy = LatencyHistogram.ofState(structuredClone(histogram.state()));
        expect(figuresOf(copy)).toEqual(figuresOf(histogram));
        expect(copy.encode()).toBe(histogram.encode());
        expect(copy.encodeNegative()).toBe(histogram.encodeNegative());
      }),
    );
  });

  it('can be gone on with', () => {
    const histogram = LatencyHistogram.ofState(new LatencyHistogram().state());
    histogram.record(7);
    expect(figuresOf(histogram)).toMatchObject({ count: 1, min: 7, max: 7, mean: 7 });
  });
});

function figuresOf(histogram: LatencyHistogram) {
  const { count, negative, saturated, min, max, mean, stddev } = histogram;
  return { count, negative, saturated, min, max, mean, stddev, p99: histogram.quantile(0.99) };
}
