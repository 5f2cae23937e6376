import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentValues } from '../../../../server/statistics/recent-values.js';

const WINDOW_US = 1000;

describe('RecentValues', () => {
  it('has nothing to say of nothing', () => {
    expect(new RecentValues(1, WINDOW_US).quantiles(0, [0.5], 0)).toBeNull();
  });

  it('gives the value of the rank, of each column by itself', () => {
    const values = new RecentValues(2, WINDOW_US);
    for (const [first, second] of [
      [5, 50],
      [1, 10],
      [4, 40],
      [2, 20],
    ])
      values.add(7, Float64Array.of(first!, second!));
    expect(values.quantiles(0, [0, 0.25, 0.5, 0.51, 1], 7)).toEqual([1, 1, 2, 4, 5]);
    expect(values.quantiles(1, [0.5], 7)).toEqual([20]);
  });

  it('forgets what is as old as the window', () => {
    const values = new RecentValues(1, WINDOW_US);
    values.add(0, Float64Array.of(1));
    values.add(1, Float64Array.of(2));
    expect(values.quantiles(0, [0, 1], 999)).toEqual([1, 2]);
    expect(values.quantiles(0, [0, 1], 1000)).toEqual([2, 2]);
    expect(values.quantiles(0, [0, 1], 1001)).toBeNull();
  });

  it('keeps the newest 4096 rows', () => {
    const values = new RecentValues(1, WINDOW_US);
    for (let n = 1; n <= 10_000; n += 1) values.add(7, Float64Array.of(n));
    expect(values.quantiles(0, [0, 1], 7)).toEqual([10_000 - 4095, 10_000]);
  });

  it('does not let the row it was given be changed', () => {
    const values = new RecentValues(1, WINDOW_US);
    const row = Float64Array.of(3);
    values.add(0, row);
    row[0] = 9;
    expect(values.quantiles(0, [1], 0)).toEqual([3]);
  });

  it('starts over after a reset', () => {
    const values = new RecentValues(1, WINDOW_US);
    for (let n = 0; n < 100; n += 1) values.add(n, Float64Array.of(n));
    values.reset();
    expect(values.quantiles(0, [1], 100)).toBeNull();
    values.add(101, Float64Array.of(7));
    expect(values.quantiles(0, [0, 1], 101)).toEqual([7, 7]);
  });

  it('agrees with a list, however it grew and turned', () => {
    const steps = fc.array(fc.record({ afterUs: fc.nat(30), value: fc.integer() }), { maxLength: 600 });
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (added, q) => {
        const values = new RecentValues(1, WINDOW_US);
        let nowUs = 0;
        const all: { timeUs: number; value: number }[] = [];
        for (const { afterUs, value } of added) {
          nowUs += afterUs;
          values.add(nowUs, Float64Array.of(value));
          all.push({ timeUs: nowUs, value });
        }
        const recent = all.filter(({ timeUs }) => timeUs > nowUs - WINDOW_US).map(({ value }) => value);
        const sorted = recent.toSorted((a, b) => a - b);
        const expected = sorted.length === 0 ? null : [sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]];
        expect(values.quantiles(0, [q], nowUs)).toEqual(expected);
      }),
    );
  });
});
