import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SignedCounts } from '../../../../../client/web/browser/signed-counts.js';
import { MAX_HISTOGRAM_CHARS } from '../../../../../shared/protocol/bench-messages.js';
import { LatencyHistogram, MAX_TRACKABLE_US } from '../../../../../shared/histogram.js';

const QUANTILES = [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1];

const magnitudeUs = fc.oneof(
  fc.nat(5000),
  fc.nat(2_000_000),
  fc.nat(MAX_TRACKABLE_US),
  fc.constantFrom(0, 2047, 2048, 2049, 4095, 4096, 2 ** 31, MAX_TRACKABLE_US, 2 * MAX_TRACKABLE_US, 0.4, 0.5),
);
const value = fc.tuple(magnitudeUs, fc.constantFrom(1, -1), fc.integer({ min: 1, max: 5000 }));

describe('SignedCounts', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('holds nothing at first, and says so in a histogram without values', async () => {
    const counts = new SignedCounts();
    expect([counts.count, counts.quantile(0.5)]).toEqual([0, null]);
    const { positive, negative } = await counts.encode();
    expect(negative).toBeNull();
    expect(LatencyHistogram.decode(positive, negative).count).toBe(0);
  });

  it.each([true, false])('is the histogram of Node with the same values (compressed: %s)', async (canCompress) => {
    if (!canCompress) vi.stubGlobal('CompressionStream', undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 200 }), async (values) => {
        const counts = new SignedCounts();
        const histogram = new LatencyHistogram();
        for (const [magnitude, sign, times] of values) {
          counts.record(sign * magnitude, times);
          histogram.record(sign * magnitude, times);
        }
        expect(QUANTILES.map((q) => counts.quantile(q))).toEqual(QUANTILES.map((q) => histogram.quantile(q)));
        const { positive, negative } = await counts.encode();
        const read = LatencyHistogram.decode(positive, negative);
        const expected = LatencyHistogram.decode(histogram.encode(), histogram.encodeNegative());
        expect(figures(read)).toEqual(figures(expected));
      }),
    );
  });

  it.each([true, false])('holds every bucket there is (compressed: %s)', async (canCompress) => {
    if (!canCompress) vi.stubGlobal('CompressionStream', undefined);
    const counts = new SignedCounts();
    let buckets = 0;
    for (
      let valueUs = 0;
      valueUs <= MAX_TRACKABLE_US;
      valueUs += Math.max(1, 2 ** (Math.floor(Math.log2(valueUs)) - 10))
    ) {
      counts.record(valueUs, 1000);
      counts.record(-valueUs - 1);
      buckets += 1;
    }
    const { positive, negative } = await counts.encode();
    const read = LatencyHistogram.decode(positive, negative);
    expect([read.count, read.negative]).toEqual([buckets * 1001, buckets]);
  });

  it('is coarse where it must be short, and then always fits a message with its other half', async () => {
    const counts = new SignedCounts();
    let random = 1;
    for (let bucket = 0; bucket < 23 * 1024 * 4; bucket += 1) {
      random = (random * 48_271) % 2_147_483_647;
      const valueUs = Math.exp((random / 2_147_483_647) * Math.log(MAX_TRACKABLE_US));
      counts.record(valueUs, 1 + (random % 40_000));
      counts.record(-valueUs, 1 + (random % 40_000));
    }
    const fine = await counts.encode();
    const coarse = await counts.encode(true);
    expect(lengthOf(fine)).toBeGreaterThan(MAX_HISTOGRAM_CHARS);
    expect(lengthOf(coarse)).toBeLessThanOrEqual(MAX_HISTOGRAM_CHARS);
    const [from, to] = [fine, coarse].map(({ positive, negative }) => LatencyHistogram.decode(positive, negative));
    expect(to!.count).toBe(from!.count);
    for (const q of QUANTILES) {
      const [exactUs, coarseUs] = [from!.quantile(q)!, to!.quantile(q)!];
      expect(Math.abs(coarseUs - exactUs)).toBeLessThanOrEqual(Math.max(4, Math.abs(exactUs) / 100));
    }
  });

  it('records no more than a histogram may hold, and nothing that is no number', () => {
    const counts = new SignedCounts();
    counts.record(NaN);
    expect(counts.count).toBe(0);
    counts.record(1, 2 ** 32);
    counts.record(2);
    expect([counts.count, counts.quantile(1)]).toEqual([2 ** 32 - 1, 1]);
  });
});

function lengthOf({ positive, negative }: { readonly positive: string; readonly negative: string | null }): number {
  return positive.length + (negative?.length ?? 0);
}

function figures(histogram: LatencyHistogram) {
  const { count, negative, min, max, mean } = histogram;
  return { count, negative, min, max, mean, quantiles: QUANTILES.map((q) => histogram.quantile(q)) };
}
