import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencySamples, MAX_SAMPLES, binLatencies } from '../../../../../client/web/app/model/latency-bins.js';

describe('binLatencies', () => {
  it('has no bars of nothing', () => {
    expect(binLatencies([])).toEqual([]);
  });

  it('has one bar of one latency', () => {
    expect(binLatencies([5, 5, 5])).toEqual([{ fromUs: 5, toUs: 6, count: 3 }]);
  });

  it('has bars of a width that reads well', () => {
    const bins = binLatencies([1_000, 1_900, 9_999]);
    expect(bins[0]).toEqual({ fromUs: 1_000, toUs: 1_200, count: 1 });
    expect(bins[4]).toEqual({ fromUs: 1_800, toUs: 2_000, count: 1 });
    expect(bins.at(-1)).toEqual({ fromUs: 9_800, toUs: 10_000, count: 1 });
  });

  it('gathers what lies far beyond in the last bar, which is open', () => {
    const bins = binLatencies([...Array.from({ length: 999 }, (_, index) => index), 5_000_000]);
    expect(bins.at(-1)).toMatchObject({ toUs: Infinity });
    expect(bins.at(-1)?.fromUs).toBeLessThan(1_000);
  });

  it('counts every latency once, in bars side by side, few enough to draw', () => {
    const latencies = fc.array(fc.integer({ min: -1_000_000, max: 100_000_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(latencies, (values) => {
        const bins = binLatencies(values);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        expect(bins.length).toBeLessThanOrEqual(50);
        expect(bins[0]?.fromUs).toBeLessThanOrEqual(Math.min(...values));
        expect(bins.at(-1)?.toUs).toBeGreaterThan(Math.max(...values));
        bins.slice(1).forEach(({ fromUs }, index) => expect(fromUs).toBe(bins[index]?.toUs));
      }),
    );
  });
});

describe('LatencySamples', () => {
  it('keeps the newest', () => {
    const samples = new LatencySamples();
    expect(samples.toArray()).toEqual([]);
    for (let value = 0; value < MAX_SAMPLES + 2; value += 1) samples.add(value);
    const kept = samples.toArray();
    expect(kept).toHaveLength(MAX_SAMPLES);
    expect(Math.min(...kept)).toBe(2);
    expect(Math.max(...kept)).toBe(MAX_SAMPLES + 1);
  });
});
