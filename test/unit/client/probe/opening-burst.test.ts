import { describe, expect, it } from 'vitest';
import { OpeningBurst } from '../../../../client/probe/opening-burst.js';

const PERIOD_US = 40_000;

/** How many of these arrivals count as having waited, at 25 pictures a second. */
function waited(arrivalTimesUs: readonly number[]): number {
  const burst = new OpeningBurst();
  return arrivalTimesUs.filter((arrivalTimeUs, index) => burst.includes(arrivalTimeUs, index * PERIOD_US)).length;
}

describe('OpeningBurst', () => {
  it('has all pictures in it until one comes as late as it has to', () => {
    const atOnce = Array.from({ length: 29 }, (_, index) => index * 1000);
    expect(waited([...atOnce, 28_000 + PERIOD_US / 2, 49_000, 50_000])).toBe(29);
    expect(waited([...atOnce, 28_000 + PERIOD_US / 2 - 1, 90_000, 91_000])).toBe(30);
  });

  it('has at least the first in it, of which nobody knows', () => {
    expect(waited([0, PERIOD_US, 2 * PERIOD_US])).toBe(1);
  });

  it('ends after 120 pictures, and after two seconds', () => {
    expect(waited(Array.from({ length: 200 }, () => 0))).toBe(120);
    const burst = new OpeningBurst();
    const sameTime = Array.from({ length: 30 }, (_, index) => burst.includes(index * 100_000, 0));
    expect(sameTime.filter(Boolean)).toHaveLength(20);
  });
});
