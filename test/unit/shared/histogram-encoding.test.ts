import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';

import { LatencyHistogram, MAX_TRACKABLE_US } from '../../../shared/histogram.js';
import { MAX_COUNT } from '../../../shared/histogram-reader.js';
import { envelopeOf, plainHistogram, zigZag } from '../../helpers/encoded-histogram.js';
import { errorOf } from '../../helpers/error-of.js';

const QUANTILES = [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1];

const anyValue = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.integer({ min: -MAX_TRACKABLE_US, max: MAX_TRACKABLE_US }),
);

describe('LatencyHistogram.encode', () => {
  it('comes back the same from decode', () => {
    fc.assert(
      fc.property(fc.array(anyValue), (values) => {
        const histogram = filled(values);
        const decoded = LatencyHistogram.decode(histogram.encode(), histogram.encodeNegative());
        expect(decoded.encode()).toBe(histogram.encode());
        expect(decoded.encodeNegative()).toBe(histogram.encodeNegative());
        expect([decoded.count, decoded.negative]).toEqual([histogram.count, histogram.negative]);
        for (const q of QUANTILES) {
          const before = histogram.quantile(q) ?? 0;
          expect(Math.abs((decoded.quantile(q) ?? 0) - before)).toBeLessThanOrEqual(Math.abs(before) / 1024);
        }
      }),
    );
  });

  it('has its values and counts where the format wants them', () => {
    const histogram = filled([2, 2, 2, 2047, -5]);
    expect(histogram.encode()).toBe(
      envelopeOf(plainHistogram([...zigZag(-2), ...zigZag(3), ...zigZag(-2044), ...zigZag(1)], { highest: 2n })),
    );
    expect(histogram.encodeNegative()).toBe(envelopeOf(plainHistogram([...zigZag(-5), ...zigZag(1)], { highest: 2n })));
  });

  it('keeps counts of up to 32 bits', () => {
    const histogram = new LatencyHistogram();
    histogram.record(17, MAX_COUNT);
    const decoded = LatencyHistogram.decode(histogram.encode());
    expect([decoded.count, decoded.quantile(0), decoded.quantile(1)]).toEqual([MAX_COUNT, 17, 17]);
  });
});

describe('LatencyHistogram.decode', () => {
  it.each([1, 2, 3] as const)('reads what others wrote with %i digits', (digits) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: MAX_TRACKABLE_US })), (values) => {
        const theirs = hdr.build({ numberOfSignificantValueDigits: digits });
        for (const value of values) theirs.recordValue(value);
        const ours = LatencyHistogram.decode(hdr.encodeIntoCompressedBase64(theirs));
        expect(ours.count).toBe(values.length);
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? 0;
        expect(Math.abs((ours.quantile(0.5) ?? 0) - exact)).toBeLessThanOrEqual(exact * (10 ** -digits + 1 / 1024));
      }),
    );
  });

  it('takes values as the middle of their bucket', () => {
    // From 4096 to 8191 a bucket holds four values.
    const decoded = LatencyHistogram.decode(filled([4096]).encode(), filled([-4100]).encodeNegative());
    expect([decoded.min, decoded.max, decoded.mean, decoded.stddev]).toEqual([-4102, 4098, -2, 4100]);
  });

  it('counts values beyond an hour as an hour', () => {
    const theirs = hdr.build();
    theirs.recordValue(MAX_TRACKABLE_US + 10_000_000);
    const decoded = LatencyHistogram.decode(hdr.encodeIntoCompressedBase64(theirs));
    expect([decoded.max, decoded.saturated]).toEqual([MAX_TRACKABLE_US, 1]);
  });

  it.each([4, 5] as const)('refuses %i digits, of which few characters hold very many buckets', (digits) => {
    const theirs = hdr.build({ numberOfSignificantValueDigits: digits });
    theirs.recordValue(1000);
    const text = hdr.encodeIntoCompressedBase64(theirs);
    const { code, message } = errorOf(() => LatencyHistogram.decode(text));
    expect(code).toBe('BAD_MESSAGE');
    expect(message).toContain('more than 3 significant digits');
    expect(errorOf(() => LatencyHistogram.decode(new LatencyHistogram().encode(), text)).code).toBe('BAD_MESSAGE');
  });

  it('reads what it encodes where every bucket is in use with the longest count', () => {
    const bucketCount = 23_552;
    const count = Math.floor(MAX_COUNT / bucketCount);
    const payload = Array.from({ length: bucketCount }, () => zigZag(count)).flat();
    const text = envelopeOf(plainHistogram(payload, { highest: 2n ** 32n - 1n }));
    expect(LatencyHistogram.decode(text).count).toBe(bucketCount * count);
  });

  it('refuses what is not a histogram, as the negative one too', () => {
    const text = filled([1]).encode();
    expect(errorOf(() => LatencyHistogram.decode('HISTFAAA')).code).toBe('BAD_MESSAGE');
    expect(errorOf(() => LatencyHistogram.decode(text, 'HISTFAAA')).code).toBe('BAD_MESSAGE');
    expect(errorOf(() => LatencyHistogram.decode(text, '')).code).toBe('BAD_MESSAGE');
  });
});

function filled(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}
