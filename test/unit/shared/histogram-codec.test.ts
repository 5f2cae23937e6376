import { deflateSync } from 'node:zlib';

import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';

import { StreamerError } from '../../../shared/errors.js';
import { MAX_TRACKABLE_US } from '../../../shared/histogram-buckets.js';
import { LatencyHistogram } from '../../../shared/histogram.js';
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

  it('is read by hdr-histogram-js', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: MAX_TRACKABLE_US })), (values) => {
        const histogram = filled(values);
        const theirs = hdr.decodeFromCompressedBase64(histogram.encode());
        expect(theirs.totalCount).toBe(values.length);
        for (const q of [0.5, 0.9, 0.99]) {
          const ours = histogram.quantile(q) ?? 0;
          // Ours does not go beyond the exact maximum, theirs knows only the maximum's bucket.
          const given = theirs.getValueAtPercentile(q * 100);
          expect(ours).toBe(ours === histogram.max ? Math.min(ours, given) : given);
        }
      }),
    );
  });

  it('keeps counts that need more than 32 bits', () => {
    const histogram = new LatencyHistogram();
    histogram.record(17, 2 ** 45);
    expect(LatencyHistogram.decode(histogram.encode()).count).toBe(2 ** 45);
    expect(hdr.decodeFromCompressedBase64(histogram.encode(), 64).totalCount).toBe(2 ** 45);
  });
});

describe('LatencyHistogram.decode', () => {
  it.each([1, 2, 3, 4, 5] as const)('reads what hdr-histogram-js wrote with %i digits', (digits) => {
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

  it('reads values in coarser units', () => {
    const theirs = hdr.build({ lowestDiscernibleValue: 1000, highestTrackableValue: MAX_TRACKABLE_US });
    theirs.recordValue(5_000_000);
    const ours = LatencyHistogram.decode(hdr.encodeIntoCompressedBase64(theirs));
    expect(Math.abs((ours.quantile(0.5) ?? 0) - 5_000_000)).toBeLessThanOrEqual(5_000);
  });

  it('refuses what is not a histogram', () => {
    const whole = Buffer.from(filled([1, 2, 3]).encode(), 'base64');
    const wrong = [
      '',
      'HISTFAAA',
      Buffer.from('no histogram at all').toString('base64'),
      whole.subarray(0, -1).toString('base64'),
      Buffer.concat([whole.subarray(0, 8), Buffer.alloc(whole.length - 8)]).toString('base64'),
      envelope(Buffer.alloc(12)),
      envelope(plain([2], { cookie: 0x1c849301 })),
      envelope(plain([2], { payloadBytes: 2 ** 32 - 1 })),
      envelope(plain([2], { digits: 6 })),
      envelope(plain([2], { lowest: 0 })),
      envelope(plain([0x82])),
    ];
    for (const text of wrong) expectBadMessage(text);
  });

  it('does not follow a run of zeros to the end of the world', () => {
    // ZigZag of -2^48; hdr-histogram-js spins on this for hours.
    expectBadMessage(envelope(plain([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])));
    expectBadMessage(envelope(plain([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])));
  });

  it('refuses a deflate bomb', () => {
    expectBadMessage(envelope(plain(new Array<number>(2 ** 20).fill(0))));
  });

  it('stays within its contract for 10,000 mutated histograms', () => {
    const whole = Buffer.from(filled([1, 2, 3, 5_000, 70_000, 2 ** 31]).encode(), 'base64');
    const inflated = plain([2, 3, 4, 0x82, 1, 0xff, 0xff, 3, 2]);
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.boolean(), flips, (outer, changes) => {
        const bytes = Buffer.from(outer ? whole : inflated);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          const histogram = LatencyHistogram.decode(outer ? bytes.toString('base64') : envelope(bytes));
          expect(Number.isFinite(histogram.mean ?? 0)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(StreamerError);
          expect(error).toMatchObject({ code: 'BAD_MESSAGE' });
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

function filled(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** An uncompressed histogram with the given payload; the options put wrong values into the header. */
function plain(
  payload: readonly number[],
  { cookie = 0x1c849313, payloadBytes = payload.length, digits = 3, lowest = 1 } = {},
): Buffer {
  const bytes = Buffer.alloc(40 + payload.length);
  bytes.writeUInt32BE(cookie, 0);
  bytes.writeUInt32BE(payloadBytes, 4);
  bytes.writeUInt32BE(digits, 12);
  bytes.writeUInt32BE(lowest, 20);
  bytes.writeUInt32BE(MAX_TRACKABLE_US, 28);
  bytes.set(payload, 40);
  return bytes;
}

function envelope(plainBytes: Buffer): string {
  const deflated = deflateSync(plainBytes);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(0x1c849314, 0);
  head.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
}

function expectBadMessage(base64: string): void {
  expect(errorOf(() => LatencyHistogram.decode(base64)).code).toBe('BAD_MESSAGE');
}
