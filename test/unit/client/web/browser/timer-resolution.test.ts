import { describe, expect, it } from 'vitest';
import { measureResolutionUs } from '../../../../../client/web/browser/timer-resolution.js';

/** A clock that is `perReadMs` further at each reading, rounded down to `stepMs`. */
function roundedClock(stepMs: number, perReadMs = 0.000_1): () => number {
  let reads = 0;
  return () => {
    reads += 1;
    return Math.floor((1_000_000 + reads * perReadMs) / stepMs) * stepMs;
  };
}

describe('measureResolutionUs', () => {
  it.each([
    [0.005, 5],
    [0.1, 100],
    [1, 1000],
    [5, 5000],
  ])('finds a step of %d ms', (stepMs, expectedUs) => {
    expect(measureResolutionUs(roundedClock(stepMs))).toBe(expectedUs);
  });

  it('is at least a microsecond', () => {
    expect(measureResolutionUs(roundedClock(1e-6))).toBe(1);
  });

  it('takes a clock that does not move for the coarsest there is', () => {
    expect(measureResolutionUs(() => 5)).toBe(100_000);
  });

  it('takes the least of several steps, as the shift of a clock makes single ones longer', () => {
    const readings = [0, 0, 0.3, 0.3, 0.4, 0.6, 0.7];
    expect(measureResolutionUs(() => readings.shift() ?? 1)).toBe(100);
  });
});
