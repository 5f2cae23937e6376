import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';

import { StreamerError } from '../../../shared/errors.js';
import { MAX_COUNT, readHistogram } from '../../../shared/histogram-reader.js';
import { LatencyHistogram } from '../../../shared/histogram.js';
import { envelopeOf, plainHistogram, zigZag } from '../../helpers/encoded-histogram.js';
import { errorOf } from '../../helpers/error-of.js';

const anyDigits = fc.constantFrom(1, 2, 3, 4, 5);
const anyHighest = fc.oneof(
  fc.integer({ min: 2, max: 2 ** 32 - 1 }),
  fc.integer({ min: 1, max: 31 }).map((bits) => 2 ** bits),
  fc.integer({ min: 2, max: 32 }).map((bits) => 2 ** bits - 1),
);

/** The most that the format has. */
const ALL = { maxDigits: 5, maxPlainBytes: 1024 * 1024 };

describe('readHistogram', () => {
  it('visits what the library decodes, with the middles that it gives', () => {
    fc.assert(
      fc.property(
        anyDigits,
        anyHighest,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (digits, highest, shares) => {
          const theirs = new hdr.Int32Histogram(1, highest, digits);
          for (const share of shares) theirs.recordValue(Math.floor(share * highest));
          const visits: [number, number][] = [];
          readHistogram(hdr.encodeIntoCompressedBase64(theirs), (value, count) => visits.push([value, count]), ALL);
          expect(visits).toEqual(middlesOf(theirs));
        },
      ),
    );
  });

  it('reads base64 as Node.js does, damaged too', () => {
    const text = envelopeOf(plainHistogram(zigZag(7)));
    for (const damaged of [` ${text}\n`, text.replaceAll('+', '-').replaceAll('/', '_'), `!${text}`, `${text}A`]) {
      expect(visitsOf(damaged)).toEqual([[0, 7]]);
    }
  });

  it('inflates no more than it is told', () => {
    const text = envelopeOf(plainHistogram(new Array<number>(60).fill(2)));
    expect(readHistogram(text, () => undefined, { ...ALL, maxPlainBytes: 100 })).toBe(100);
    expect(errorOf(() => readHistogram(text, () => undefined, { ...ALL, maxPlainBytes: 99 }))).toMatchObject({
      code: 'BAD_MESSAGE',
      message: expect.stringContaining('cannot be inflated'),
    });
  });

  it('takes as many buckets as the library has, and not one more', () => {
    fc.assert(
      fc.property(anyDigits, anyHighest, (digits, highest) => {
        const buckets = new hdr.Int32Histogram(1, highest, digits).countsArrayLength;
        const header = { digits, highest: BigInt(highest) };
        visitsOf(envelopeOf(plainHistogram([...zigZag(1 - buckets), ...zigZag(1)], header)));
        expectRefusal(envelopeOf(plainHistogram([...zigZag(-buckets), ...zigZag(1)], header)), 'beyond its range');
        expectRefusal(envelopeOf(plainHistogram(zigZag(-1 - buckets), header)), 'beyond its range');
      }),
    );
  });

  it('takes 2^32 - 1 values, and not one more', () => {
    visitsOf(envelopeOf(plainHistogram([...zigZag(1), ...zigZag(MAX_COUNT - 1)])));
    expectRefusal(envelopeOf(plainHistogram([...zigZag(1), ...zigZag(MAX_COUNT)])), 'more than 2^32 - 1');
    expectRefusal(envelopeOf(plainHistogram(zigZag(MAX_COUNT + 1))), 'more than 2^32 - 1');
  });

  it.each([
    ['six digits', { digits: 6 }, 'more than 5 significant digits'],
    ['4 billion digits', { digits: 2 ** 32 - 1 }, 'more than 5 significant digits'],
    ['a unit of 0', { lowest: 0n }, 'steps of 1'],
    ['a unit of 1000', { lowest: 1000n }, 'steps of 1'],
    ['a unit of 2^32 + 1', { lowest: 2n ** 32n + 1n }, 'steps of 1'],
    ['a range to 1', { highest: 1n }, 'impossible range'],
    ['a range to 2^32', { highest: 2n ** 32n }, 'impossible range'],
    ['a range to 2^64 - 1', { highest: 2n ** 64n - 1n }, 'impossible range'],
  ])('refuses %s', (_name, header, problem) => {
    expectRefusal(envelopeOf(plainHistogram(zigZag(1), header)), problem);
  });

  it.each([
    ['a count that is cut', [0x82], 'ends inside a count'],
    ['a skip of 2^48 zeros, which keeps the library busy for hours', zigZag(-(2 ** 48)), 'out of range'],
    ['a count in more bytes than it needs', [0x82, 0x80, 0x80, 0x80, 0x80, 0], 'out of range'],
    ['nine bytes of ones', new Array<number>(9).fill(0xff), 'out of range'],
    ['a skip of 2^33 zeros', zigZag(-(2 ** 33)), 'beyond its range'],
    ['a million skips of one', new Array<number>(1_000_000).fill(1), 'beyond its range'],
  ])('refuses %s', (_name, payload, problem) => {
    expectRefusal(envelopeOf(plainHistogram(payload)), problem);
  });

  it('takes or refuses each of 10,000 mutated histograms', () => {
    const whole = Buffer.from(filled([1, 2, 3, 5_000, 70_000, 2 ** 31]).encode(), 'base64');
    const inflated = plainHistogram([2, 3, 4, 0x82, 1, 0xff, 0xff, 3, 2]);
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.boolean(), flips, (outer, changes) => {
        const bytes = Buffer.from(outer ? whole : inflated);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        expectSafe(outer ? bytes.toString('base64') : envelopeOf(bytes));
      }),
      { numRuns: 10_000 },
    );
  });

  it('takes or refuses each of 10,000 mutated texts', () => {
    const text = filled([1, 2, 3, 5_000, 70_000]).encode();
    const edit = fc.tuple(fc.nat(text.length), fc.nat(2), fc.string({ unit: 'binary', maxLength: 2 }));
    fc.assert(
      fc.property(edit, ([at, removed, added]) => {
        expectSafe(text.slice(0, at) + added + text.slice(at + removed));
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

function visitsOf(base64: string): [number, number][] {
  const visits: [number, number][] = [];
  readHistogram(base64, (value, count) => visits.push([value, count]), ALL);
  return visits;
}

function middlesOf(histogram: InstanceType<typeof hdr.Int32Histogram>): [number, number][] {
  const middles: [number, number][] = [];
  for (let index = 0; index < histogram.countsArrayLength; index += 1) {
    const count = histogram.getCountAtIndex(index);
    if (count > 0) middles.push([histogram.medianEquivalentValue(histogram.valueFromIndex(index)), count]);
  }
  return middles;
}

/** Decoding gives a histogram whose quantiles and counts agree, or BAD_MESSAGE. */
function expectSafe(base64: string): void {
  try {
    const histogram = LatencyHistogram.decode(base64);
    const counted = histogram.bars(64).reduce((sum, bar) => sum + bar.count, 0);
    expect(counted).toBe(histogram.count);
    expect(histogram.quantile(1)).toBe(histogram.max);
  } catch (error) {
    if (!(error instanceof StreamerError)) throw error;
    expect(error.code).toBe('BAD_MESSAGE');
  }
}

function expectRefusal(base64: string, problem: string): void {
  const { code, message } = errorOf(() => visitsOf(base64));
  expect(code).toBe('BAD_MESSAGE');
  expect(message).toContain(problem);
}
