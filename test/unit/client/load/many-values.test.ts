import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalValues } from '../../../../client/load/interval-values.js';
import { ManyValues } from '../../../../client/load/many-values.js';

const values = fc.array(fc.integer({ min: -1e6, max: 1e8 }), { maxLength: 300 });

describe('IntervalValues', () => {
  it('gives quantiles by nearest rank, and forgets what it gave', () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const interval = new IntervalValues();
        for (const value of first) interval.add(value);
        expect(interval.take()).toEqual(quantilesOf(first));
        for (const value of second) interval.add(value);
        expect(interval.take()).toEqual(quantilesOf(second));
      }),
    );
  });

  it('keeps a part of very many values, evenly', () => {
    const interval = new IntervalValues();
    for (let value = 1; value <= 100_000; value += 1) interval.add(value);
    const { p50, p99 } = interval.take();
    expect(Math.abs((p50 ?? 0) - 50_000)).toBeLessThan(100);
    expect(Math.abs((p99 ?? 0) - 99_000)).toBeLessThan(100);
  });
});

describe('ManyValues', () => {
  it('gives quantiles of all pieces together', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 5 }), (pieces) => {
        const many = new ManyValues();
        for (const piece of pieces) many.add(Int32Array.from(piece));
        expect(many.take()).toEqual(quantilesOf(pieces.flat()));
        expect(many.take()).toEqual({ p50: null, p99: null });
      }),
    );
  });

  it('is right to a thousandth of more values than it would sort', () => {
    const many = new ManyValues();
    const piece = Int32Array.from({ length: 50_000 }, (_, index) => index);
    for (let i = 0; i < 4; i += 1) many.add(piece);
    const { p50, p99 } = many.take();
    expect(Math.abs((p50 ?? 0) - 24_999)).toBeLessThan(30);
    expect(Math.abs((p99 ?? 0) - 49_499)).toBeLessThan(60);
  });
});

function quantilesOf(numbers: readonly number[]) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
  return { p50: at(0.5), p99: at(0.99) };
}
