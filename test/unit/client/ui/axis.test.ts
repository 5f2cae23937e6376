import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisFor, ticks } from '../../../../client/ui/axis.js';

describe('axisFor', () => {
  it.each([
    { values: [], maxSteps: 3, axis: { min: 0, max: 1_000, step: 500, clipped: null } },
    { values: [0], maxSteps: 3, axis: { min: 0, max: 1_000, step: 500, clipped: null } },
    { values: [12_000], maxSteps: 3, axis: { min: 0, max: 15_000, step: 5_000, clipped: null } },
    { values: [12_000, 12_000, 12_000], maxSteps: 6, axis: { min: 0, max: 12_000, step: 2_000, clipped: null } },
    { values: [30_000], maxSteps: 3, axis: { min: 0, max: 30_000, step: 10_000, clipped: null } },
    { values: [30_001], maxSteps: 3, axis: { min: 0, max: 40_000, step: 20_000, clipped: null } },
    { values: [-400], maxSteps: 2, axis: { min: -1_000, max: 1_000, step: 1_000, clipped: null } },
    { values: [-400], maxSteps: 4, axis: { min: -500, max: 1_000, step: 500, clipped: null } },
  ])('$values in $maxSteps steps', ({ values, maxSteps, axis }) => {
    expect(axisFor(values, maxSteps, 1_000)).toEqual(axis);
  });

  it('spans at least what is asked for, also below zero', () => {
    expect(axisFor([-5_000], 3, 1_000)).toEqual({ min: -6_000, max: 0, step: 2_000, clipped: null });
  });

  it('leaves out what is far beyond the rest and tells the most extreme of it', () => {
    const usual = new Array<number>(30).fill(10_000);
    expect(axisFor([...usual, 2_000_000, -3_000_000], 5, 1_000)).toEqual({
      min: 0,
      max: 10_000,
      step: 2_000,
      clipped: -3_000_000,
    });
  });

  it('clips nothing of a few values, since nobody knows what is usual', () => {
    expect(axisFor([1_000, 1_000, 900_000], 5, 1_000).clipped).toBeNull();
  });

  it('clips nothing where most values are zero', () => {
    expect(axisFor([...new Array<number>(30).fill(0), 900_000], 5, 1_000).clipped).toBeNull();
  });

  it('holds zero and every value it does not clip, on whole steps, in as many steps as allowed', () => {
    const value = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), fc.integer({ min: 1, max: 12 }), (values, maxSteps) => {
        const { min, max, step, clipped } = axisFor(values, maxSteps, 1_000);
        expect(min).toBeLessThanOrEqual(0);
        expect(max).toBeGreaterThanOrEqual(0);
        expect(max - min).toBeGreaterThanOrEqual(1_000);
        expect(Math.round((max - min) / step)).toBeLessThanOrEqual(Math.max(2, maxSteps));
        if (clipped === null) for (const one of values) expect(one >= min && one <= max).toBe(true);
      }),
    );
  });
});

describe('ticks', () => {
  it('stands at both ends and at each step between', () => {
    expect(ticks({ min: -500, max: 1_000, step: 500, clipped: null })).toEqual([-500, 0, 500, 1_000]);
  });
});
