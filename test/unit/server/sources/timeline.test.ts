import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../../server/sources/timeline.js';

const START_US = 1_700_000_000_000_000;

/** Rates as fractions, so that exact times can be told in whole numbers. */
const RATES: readonly (readonly [bigint, bigint])[] = [
  [30n, 1n],
  [25n, 1n],
  [30_000n, 1001n],
  [24_000n, 1001n],
  [60_000n, 1001n],
  [179n, 6n],
  [25n, 2n],
  [240n, 1n],
  [1n, 10n],
  [7n, 3n],
];
const TEN_YEARS_SECONDS = 10 * 365 * 86_400;
const rate = fc.constantFrom(...RATES);

/** When frame n is due after the start in microseconds, halves rounded up, in exact arithmetic. */
function exactDueUs(n: bigint, [numerator, denominator]: readonly [bigint, bigint]): number {
  return Number((2n * n * 1_000_000n * denominator + numerator) / (2n * numerator));
}

describe('Timeline.dueTimeUs', () => {
  it.each([
    [30, [0, 33_333, 66_667, 100_000]],
    [30_000 / 1001, [0, 33_367, 66_733, 100_100]],
    [179 / 6, [0, 33_520, 67_039, 100_559]],
    [12.5, [0, 80_000, 160_000, 240_000]],
  ])('at %d fps begins %o', (fps, expected) => {
    const timeline = new Timeline(START_US, fps);
    expect([0, 1, 2, 3].map((n) => timeline.dueTimeUs(n) - START_US)).toEqual(expected);
  });

  it('is within a microsecond of exact for ten million frames and more, at any rate', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 0, max: 1_000_000_000 }), (fraction, n) => {
        const timeline = new Timeline(START_US, Number(fraction[0]) / Number(fraction[1]));
        const differenceUs = timeline.dueTimeUs(n) - START_US - exactDueUs(BigInt(n), fraction);
        // Only a time that lies exactly between two microseconds may come out as the other one.
        expect(Math.abs(differenceUs)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(RATES)('has no drift at frame 10,000,000 of %d/%d fps', (...fraction) => {
    const timeline = new Timeline(START_US, Number(fraction[0]) / Number(fraction[1]));
    expect(timeline.dueTimeUs(10_000_000) - START_US).toBe(exactDueUs(10_000_000n, fraction));
  });
});

describe('Timeline.sequenceAt', () => {
  it('is the newest frame that is due', () => {
    const timeline = new Timeline(START_US, 30);
    expect(timeline.sequenceAt(START_US)).toBe(0);
    expect(timeline.sequenceAt(START_US + 33_332)).toBe(0);
    expect(timeline.sequenceAt(START_US + 33_333)).toBe(1);
    expect(timeline.sequenceAt(START_US + 66_666)).toBe(1);
    expect(timeline.sequenceAt(START_US + 66_667)).toBe(2);
  });

  it('is negative before the start', () => {
    const timeline = new Timeline(START_US, 30);
    expect(timeline.sequenceAt(START_US - 1)).toBe(-1);
    expect(timeline.sequenceAt(START_US - 100_000)).toBe(-3);
  });

  it('turns dueTimeUs around exactly for ten years', () => {
    fc.assert(
      fc.property(
        rate,
        fc.double({ min: 0, max: TEN_YEARS_SECONDS, noNaN: true }),
        ([numerator, denominator], seconds) => {
          const fps = Number(numerator) / Number(denominator);
          const timeline = new Timeline(START_US, fps);
          const n = Math.floor(seconds * fps);
          expect(timeline.sequenceAt(timeline.dueTimeUs(n))).toBe(n);
          expect(timeline.sequenceAt(timeline.dueTimeUs(n) - 1)).toBe(n - 1);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('Timeline.intervalUs', () => {
  it('is not rounded', () => {
    expect(new Timeline(START_US, 30_000 / 1001).intervalUs).toBeCloseTo(33_366.6667, 4);
  });
});
