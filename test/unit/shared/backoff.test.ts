import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff, DEFAULT_BACKOFF } from '../../../shared/backoff.js';

function waits(count: number, random: () => number, options = DEFAULT_BACKOFF): number[] {
  const backoff = new Backoff(options, random);
  return Array.from({ length: count }, () => backoff.nextDelayMs());
}

describe('Backoff', () => {
  it('doubles up to ten seconds by default, between half of that and all of it', () => {
    expect(waits(8, () => 0)).toEqual([125, 250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(waits(8, () => 1)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(waits(3, () => 0.5)).toEqual([187.5, 375, 750]);
  });

  it('takes options of its own', () => {
    expect(waits(4, () => 1, { initialMs: 10, maxMs: 50, factor: 3 })).toEqual([10, 30, 50, 50]);
  });

  it('stays at its ceiling after any number of failures', () => {
    const backoff = new Backoff(DEFAULT_BACKOFF, () => 1);
    for (let i = 0; i < 10_000; i += 1) backoff.nextDelayMs();
    expect(backoff.nextDelayMs()).toBe(10_000);
    expect(backoff.attempts).toBe(10_001);
  });

  it('starts over after a reset', () => {
    const backoff = new Backoff(DEFAULT_BACKOFF, () => 1);
    for (let i = 0; i < 5; i += 1) backoff.nextDelayMs();
    expect(backoff.attempts).toBe(5);
    backoff.reset();
    expect([backoff.attempts, backoff.nextDelayMs(), backoff.attempts]).toEqual([0, 250, 1]);
  });

  it('is random by default, within its bounds', () => {
    const first = Array.from({ length: 200 }, () => new Backoff().nextDelayMs());
    expect(first.every((ms) => ms >= 125 && ms <= 250)).toBe(true);
    expect(new Set(first).size).toBeGreaterThan(100);
  });

  it('is never shorter than half its ceiling, nor longer than it', () => {
    const options = fc.record({
      initialMs: fc.integer({ min: 1, max: 1000 }),
      maxMs: fc.integer({ min: 1, max: 100_000 }),
      factor: fc.double({ min: 1, max: 5, noNaN: true }),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(options, random, fc.nat(50), (each, value, failures) => {
        const wait = waits(failures + 1, () => value, each).at(-1) ?? NaN;
        const ceilingMs = Math.min(each.maxMs, each.initialMs * each.factor ** failures);
        expect(wait).toBeGreaterThanOrEqual(ceilingMs / 2);
        expect(wait).toBeLessThanOrEqual(ceilingMs);
      }),
    );
  });
});
