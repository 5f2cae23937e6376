import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget, clientBudget } from '../../../../server/hub/byte-budget.js';
import type { BudgetMember } from '../../../../server/hub/byte-budget.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SECOND_US = 1_000_000;

/** Somebody who always has another frame of the same length, and takes it when there is room. */
class Taker implements BudgetMember {
  takenBytes = 0;
  isWilling = true;

  constructor(
    private readonly budget: ByteBudget,
    private readonly lengthBytes: number,
  ) {}

  pump(): void {
    while (this.isWilling && this.budget.take(this, this.lengthBytes)) this.takenBytes += this.lengthBytes;
  }
}

function budgetOf(bytesPerSecond: number) {
  const clock = new FakeClock();
  const budget = new ByteBudget(bytesPerSecond, clock);
  return { clock, budget, taker: (lengthBytes: number) => new Taker(budget, lengthBytes) };
}

describe('ByteBudget', () => {
  it('lets a quarter of a second pass at once, and then its rate', () => {
    const { clock, taker } = budgetOf(1000);
    const one = taker(50);
    one.pump();
    expect(one.takenBytes).toBe(250);
    clock.advance(SECOND_US);
    expect(one.takenBytes).toBe(1250);
    clock.advance(10 * SECOND_US);
    expect(one.takenBytes).toBe(11_250);
  });

  it('saves no more than that up in a pause', () => {
    const { clock, taker } = budgetOf(1000);
    const one = taker(50);
    clock.advance(60 * SECOND_US);
    one.pump();
    expect(one.takenBytes).toBe(250);
  });

  it('lets a frame pass that is larger than the burst, once that is full, and asks it back', () => {
    const { clock, taker } = budgetOf(1000);
    const one = taker(1000);
    one.pump();
    expect(one.takenBytes).toBe(1000);
    clock.advance(SECOND_US - 1);
    expect(one.takenBytes).toBe(1000);
    clock.advance(1);
    expect(one.takenBytes).toBe(2000);
    clock.advance(8 * SECOND_US);
    expect(one.takenBytes).toBe(10_000);
  });

  it('serves those who wait in turn, so that large frames are not starved by small ones', () => {
    const { clock, taker } = budgetOf(1000);
    const [small, large] = [taker(50), taker(240)];
    small.pump();
    large.pump();
    clock.advance(20 * SECOND_US);
    expect(small.takenBytes + large.takenBytes).toBeGreaterThan(20_000 - 250);
    expect(large.takenBytes).toBeGreaterThan(8000);
    expect(small.takenBytes).toBeGreaterThan(1500);
  });

  it('passes over who cannot send when the turn comes', () => {
    const { clock, taker } = budgetOf(1000);
    const [first, second] = [taker(250), taker(250)];
    first.pump();
    second.pump();
    first.isWilling = false;
    clock.advance(SECOND_US);
    expect([first.takenBytes, second.takenBytes]).toEqual([250, 1000]);
  });

  it('forgets who leaves, and keeps no timer for nobody', () => {
    const { clock, budget, taker } = budgetOf(1000);
    const [first, second] = [taker(250), taker(250)];
    first.pump();
    second.pump();
    expect(clock.pending).toBe(1);
    budget.leave(first);
    budget.leave(second);
    budget.leave(second);
    expect(clock.pending).toBe(0);
    clock.advance(SECOND_US);
    expect([first.takenBytes, second.takenBytes]).toEqual([250, 0]);
  });

  it('is nothing where there is no limit', () => {
    expect(clientBudget(null, new FakeClock())).toBeNull();
    expect(clientBudget(1, new FakeClock())).toBeInstanceOf(ByteBudget);
  });

  it('never gives more than the burst, the rate and one frame over any time, and wastes little', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
    const steps = fc.array(fc.integer({ min: 1, max: 500_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 100_000 }), lengths, steps, (rate, sizes, waits) => {
        const { clock, taker } = budgetOf(rate);
        const takers = sizes.map(taker);
        for (const each of takers) each.pump();
        const startUs = clock.nowUs();
        for (const us of waits) {
          clock.advance(us);
          const earned = rate / 4 + ((clock.nowUs() - startUs) / SECOND_US) * rate;
          const taken = takers.reduce((sum, { takenBytes }) => sum + takenBytes, 0);
          expect(taken).toBeLessThanOrEqual(earned + Math.max(...sizes));
          expect(taken).toBeGreaterThanOrEqual(earned - rate / 4 - 1);
        }
        expect(clock.pending).toBe(1);
      }),
    );
  });
});
