import { describe, expect, it } from 'vitest';
import { FlapLimiter } from '../../../../server/sources/flap-limiter.js';

const SECOND_US = 1_000_000;

/** The seconds at which changes are allowed that are tried every half second. */
function allowedAt(seconds: number, from = 0, limiter = new FlapLimiter()): number[] {
  const tries = Array.from({ length: seconds * 2 }, (_, i) => from + i / 2);
  return tries.filter((s) => limiter.allow(s * SECOND_US));
}

describe('changes', () => {
  it('are allowed one a second at first, then one every six seconds', () => {
    const allowed = allowedAt(60);
    expect(allowed.slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]);
    expect(allowed.slice(12)).toEqual([18, 24, 30, 36, 42, 48, 54]);
  });

  it('are allowed as at first after a quiet minute', () => {
    const limiter = new FlapLimiter();
    allowedAt(60, 0, limiter);
    expect(allowedAt(5, 120, limiter)).toEqual([120, 121, 122, 123, 124]);
  });
});
