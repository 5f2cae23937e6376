import { describe, expect, it } from 'vitest';
import { linearScale, logarithmicScale, scaleFor } from '../../../../../client/report/html/scale.js';

describe('linearScale', () => {
  it.each([
    [0, 100, [0, 20, 40, 60, 80, 100]],
    [0, 7, [0, 2, 4, 6, 8]],
    [-3, 10, [-5, 0, 5, 10]],
    [0, 0.012, [0, 0.005, 0.01, 0.015]],
  ])('from %d to %d has round ticks', (low, high, ticks) => expect(linearScale(low, high).ticks).toEqual(ticks));

  it('places values between its ends, and what lies outside at them', () => {
    const { place } = linearScale(0, 100);
    expect([0, 25, 100, 200, -5].map(place)).toEqual([0, 0.25, 1, 1, 0]);
  });

  it('can show nothing but zeros', () => {
    const { place, ticks } = linearScale(0, 0);
    expect(place(0)).toBe(0);
    expect(ticks.every(Number.isFinite)).toBe(true);
  });
});

describe('logarithmicScale', () => {
  it('gives every factor of ten the same room', () => {
    const { place, ticks } = logarithmicScale(20, 90_000);
    expect(ticks).toEqual([10, 100, 1000, 10_000, 100_000]);
    expect([10, 1000, 100_000, 0].map(place)).toEqual([0, 0.5, 1, 0]);
  });

  it('has ticks in between where there are few', () => {
    expect(logarithmicScale(10, 100).ticks).toEqual([10, 20, 50, 100]);
  });
});

describe('scaleFor', () => {
  it('is logarithmic only where the greatest dwarfs the usual', () => {
    expect(scaleFor([9, 10, 11]).isLogarithmic).toBe(false);
    expect(scaleFor([9, 10, 1000]).isLogarithmic).toBe(true);
    expect(scaleFor([5, 20, 100], 5).isLogarithmic).toBe(true);
  });

  it('is linear where there are values below zero, which have no logarithm', () => {
    expect(scaleFor([-9, 10, 1000])).toMatchObject({ isLogarithmic: false, ticks: expect.arrayContaining([0]) });
  });

  it('can be made of nothing', () => expect(scaleFor([]).ticks.every(Number.isFinite)).toBe(true));
});
