import { describe, expect, it } from 'vitest';
import { ClockSettling } from '../../../../shared/receiver/clock-settling.js';

describe('ClockSettling', () => {
  it('is not settled before the first reading', () => {
    expect(new ClockSettling().isSettledAt(1e12)).toBe(false);
  });

  it('is settled when the error has not become a tenth smaller for half a second', () => {
    const settling = new ClockSettling();
    settling.onReading(1_000_000, 1000);
    settling.onReading(1_300_000, 899);
    settling.onReading(1_700_000, 850);
    expect(settling.isSettledAt(1_799_999)).toBe(false);
    expect(settling.isSettledAt(1_800_000)).toBe(true);
  });

  it('is settled after two seconds, however much it still improves', () => {
    const settling = new ClockSettling();
    for (let step = 0; step < 20; step += 1) settling.onReading(step * 100_000, 1000 * 0.5 ** step);
    expect(settling.isSettledAt(1_999_999)).toBe(false);
    expect(settling.isSettledAt(2_000_000)).toBe(true);
  });

  it('begins anew after a restart', () => {
    const settling = new ClockSettling();
    settling.onReading(0, 10);
    settling.restart();
    expect(settling.isSettledAt(10_000_000)).toBe(false);
    settling.onReading(10_000_000, 20);
    expect(settling.isSettledAt(10_499_999)).toBe(false);
    expect(settling.isSettledAt(10_500_000)).toBe(true);
  });
});
