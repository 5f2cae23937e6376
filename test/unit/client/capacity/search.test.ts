import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchCapacity } from '../../../../client/capacity/search.js';
import { resolutionAt } from '../../../../client/capacity/search-plan.js';
import type { Measure, SearchPlan, Step, StepState } from '../../../../client/capacity/search-plan.js';

const PLAN: SearchPlan = { start: 1, max: 1000, resolution: null, rounds: 3 };

/** A made-up system, and what it was asked. */
function system(answer: (step: Step, number: number) => StepState) {
  const steps: Step[] = [];
  const measure: Measure = async (step) => answer(step, steps.push(step));
  return { steps, measure };
}

const holdsUpTo = (limit: number) => system(({ size }) => (size <= limit ? 'holds' : 'broken'));

describe('searchCapacity', () => {
  it('finds any limit within one step, in two rounds that agree', async () => {
    const plans = fc.record({
      start: fc.integer({ min: 1, max: 300 }),
      max: fc.integer({ min: 300, max: 5000 }),
      resolution: fc.option(fc.integer({ min: 1, max: 40 })),
      rounds: fc.constant(3),
    });
    await fc.assert(
      fc.asyncProperty(plans, fc.nat({ max: 4999 }), async (plan, nat) => {
        const limit = nat % plan.max;
        const { end, rounds, interval } = await searchCapacity(plan, holdsUpTo(limit).measure);
        expect(end).toBe('agreed');
        expect(rounds).toHaveLength(2);
        for (const { holds, breaks } of rounds) {
          expect(holds).toBeLessThanOrEqual(limit);
          expect(breaks).toBeGreaterThan(limit);
          expect((breaks ?? Infinity) - holds).toBeLessThanOrEqual(resolutionAt(plan, holds));
        }
        expect(interval.from).toBeLessThanOrEqual(limit);
        expect(interval.to).toBeGreaterThanOrEqual(limit);
      }),
    );
  });

  it('grows, halves, soaks at the result, and confirms that one more fails, in both rounds', async () => {
    const { steps, measure } = holdsUpTo(11);
    expect(await searchCapacity(PLAN, measure)).toEqual({
      end: 'agreed',
      rounds: [
        { holds: 11, breaks: 12 },
        { holds: 11, breaks: 12 },
      ],
      interval: { from: 11, to: 11 },
    });
    const told = steps.map(({ phase, size, attempt }) => `${phase} ${size}${attempt > 1 ? ' again' : ''}`);
    expect(told).toEqual([
      ...['ramp 1', 'ramp 2', 'ramp 4', 'ramp 8', 'ramp 16', 'ramp 16 again'],
      ...['bisect 12', 'bisect 12 again', 'bisect 10', 'bisect 11'],
      ...['soak 11', 'confirm 12', 'confirm 12 again', 'soak 11', 'confirm 12', 'confirm 12 again'],
    ]);
    expect(steps.filter(({ isLong }) => isLong).map(({ phase }) => phase)).toEqual(['soak', 'soak']);
  });

  it('says 0 of what holds nothing', async () => {
    const { steps, measure } = holdsUpTo(0);
    const result = await searchCapacity({ ...PLAN, start: 10 }, measure);
    expect(result).toMatchObject({ end: 'agreed', interval: { from: 0, to: 0 } });
    expect(steps.length).toBeLessThan(15);
  });

  it('finds no limit in what holds everything, and soaks there once', async () => {
    const { steps, measure } = holdsUpTo(Infinity);
    const result = await searchCapacity({ ...PLAN, max: 100 }, measure);
    expect(result).toEqual({
      end: 'no limit',
      rounds: [{ holds: 100, breaks: null }],
      interval: { from: 100, to: null },
    });
    expect(steps.map(({ size }) => size)).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100]);
    expect(steps.at(-1)).toMatchObject({ phase: 'soak', isLong: true });
  });

  it('is not deceived by a step that breaks once', async () => {
    const system1 = system(({ size, attempt }) =>
      size > 37 || (attempt === 1 && size % 3 === 0) ? 'broken' : 'holds',
    );
    expect(await searchCapacity(PLAN, system1.measure)).toMatchObject({
      end: 'agreed',
      interval: { from: 37, to: 37 },
    });
  });

  it('finds the limit of noise around it: below it never breaks, above it always', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 900 }),
        fc.infiniteStream(fc.double({ min: -1, max: 1 })),
        async (limit, noise) => {
          const noisy = system(({ size }) => {
            const { value } = noise.next() as { value: number };
            return size <= limit * (1 + 0.05 * value) ? 'holds' : 'broken';
          });
          const { interval } = await searchCapacity(PLAN, noisy.measure);
          expect(interval.from).toBeGreaterThan(limit * 0.93);
          expect(interval.to).toBeLessThan(limit * 1.07);
        },
      ),
    );
  });

  it('goes down where short steps hold and soaks do not', async () => {
    const leaking = system(({ size, isLong }) => (size <= (isLong ? 60 : 100) ? 'holds' : 'broken'));
    const result = await searchCapacity(PLAN, leaking.measure);
    expect(result).toMatchObject({ end: 'agreed', rounds: [{ holds: 60, breaks: 61 }, { holds: 60 }] });
    expect(result.interval).toEqual({ from: 60, to: 60 });
  });

  it('goes down to 0 where nothing lasts', async () => {
    const leaking = system(({ size, isLong }) => (size <= (isLong ? 0 : 100) ? 'holds' : 'broken'));
    expect((await searchCapacity(PLAN, leaking.measure)).interval).toEqual({ from: 0, to: 0 });
  });

  it('goes up again when a server had only to recover', async () => {
    let tired = 0;
    const { measure } = system(({ size }) => {
      const isBroken = size > 100 || (tired > 0 && size > 70);
      tired = size > 120 ? 12 : tired - 1;
      return isBroken ? 'broken' : 'holds';
    });
    expect(await searchCapacity(PLAN, measure)).toMatchObject({ end: 'agreed', interval: { from: 100 } });
  });

  it('follows a limit that moved, and takes the rounds that agree', async () => {
    for (const [first, then] of [
      [50, 80],
      [80, 50],
      [3, 900],
      [900, 0],
    ] as const) {
      const moving = system(({ size, round }) => (size <= (round === 1 ? first : then) ? 'holds' : 'broken'));
      const { end, rounds, interval } = await searchCapacity({ ...PLAN, rounds: 4 }, moving.measure);
      expect(end).toBe('agreed');
      expect(rounds).toHaveLength(3);
      expect(interval.from).toBeLessThanOrEqual(then);
      expect(interval.to).toBeGreaterThanOrEqual(then);
    }
  });

  it('says so when rounds never agree, and covers all of them', async () => {
    const drifting = system(({ size, round }) => (size <= 100 + 20 * round ? 'holds' : 'broken'));
    const { end, rounds, interval } = await searchCapacity(PLAN, drifting.measure);
    expect(end).toBe('unstable');
    expect(rounds).toHaveLength(3);
    expect(interval.from).toBeLessThanOrEqual(120);
    expect(interval.to).toBeGreaterThanOrEqual(160);
  });

  it('ends whatever the system does', async () => {
    const states = fc.infiniteStream(fc.constantFrom<StepState>('holds', 'broken', 'generator'));
    await fc.assert(
      fc.asyncProperty(states, async (stream) => {
        const { steps, measure } = system(() => stream.next().value as StepState);
        const { interval } = await searchCapacity(PLAN, measure);
        expect(steps.length).toBeLessThan(600);
        expect(interval.to ?? Infinity).toBeGreaterThanOrEqual(interval.from);
        expect(steps.every(({ size }) => size >= 1 && size <= PLAN.max)).toBe(true);
      }),
    );
  });

  it('measures again when the generator was late once, and takes what comes then', async () => {
    const late = system(({ size, attempt }) => {
      if (attempt === 1) return 'generator';
      return size <= 20 ? 'holds' : 'broken';
    });
    expect(await searchCapacity(PLAN, late.measure)).toMatchObject({ end: 'agreed', interval: { from: 20, to: 20 } });
    expect(Math.max(...late.steps.map(({ attempt }) => attempt))).toBe(3);
  });

  it('goes on below what the generator is too slow for, and finds a limit there', async () => {
    const { measure } = system(({ size }) => (size <= 22 ? 'holds' : size <= 30 ? 'broken' : 'generator'));
    expect(await searchCapacity(PLAN, measure)).toMatchObject({ end: 'agreed', interval: { from: 22, to: 22 } });
  });

  it('says how many hold at least where the generator is too slow for more, after a soak', async () => {
    const { measure, steps } = system(({ size }) => (size <= 22 ? 'holds' : 'generator'));
    expect(await searchCapacity(PLAN, measure)).toEqual({
      end: 'generator',
      rounds: [],
      interval: { from: 22, to: null },
    });
    expect(steps.at(-1)).toMatchObject({ phase: 'soak', size: 22 });
    const breaksAbove = system(({ size }) => (size <= 22 ? 'holds' : size <= 26 ? 'generator' : 'broken'));
    expect(await searchCapacity(PLAN, breaksAbove.measure)).toMatchObject({ end: 'generator', interval: { from: 22 } });
  });

  it('goes down to what lasts where the generator is too slow for the soak', async () => {
    const { measure } = system(({ size, isLong }) => (size <= (isLong ? 15 : 22) ? 'holds' : 'generator'));
    expect(await searchCapacity(PLAN, measure)).toEqual({
      end: 'generator',
      rounds: [],
      interval: { from: 15, to: null },
    });
  });

  it('does not confirm what the generator is too slow for by then', async () => {
    const { measure } = system(({ size, phase }) =>
      size <= 22 ? 'holds' : phase === 'confirm' ? 'generator' : 'broken',
    );
    expect(await searchCapacity(PLAN, measure)).toMatchObject({ end: 'generator', interval: { from: 22 } });
  });

  it('never takes the limit of the generator for that of the system', async () => {
    const limits = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 900 }));
    await fc.assert(
      fc.asyncProperty(limits, async ([system1, generator]) => {
        const both = system(({ size }) => (size > generator ? 'generator' : size <= system1 ? 'holds' : 'broken'));
        const { end, interval } = await searchCapacity(PLAN, both.measure);
        expect(interval.from).toBeLessThanOrEqual(Math.min(system1, generator));
        if (interval.to !== null) expect(interval.to).toBeGreaterThanOrEqual(system1);
        if (system1 >= generator) expect(end).toBe('generator');
      }),
    );
  });

  it.each(['unknown', 'stopped'] as const)('ends at a step that says nothing (%s), with what held', async (state) => {
    const { measure, steps } = system(({ size }) => (size > 20 ? state : 'holds'));
    expect(await searchCapacity(PLAN, measure)).toEqual({ end: state, rounds: [], interval: { from: 16, to: null } });
    expect(steps.at(-1)?.size).toBe(32);
  });

  it('keeps the rounds that were complete', async () => {
    const { measure } = system(({ size, round }) => (round === 2 ? 'stopped' : size <= 11 ? 'holds' : 'broken'));
    const result = await searchCapacity(PLAN, measure);
    expect(result).toEqual({ end: 'stopped', rounds: [{ holds: 11, breaks: 12 }], interval: { from: 11, to: 11 } });
  });

  it('makes one round where one is asked for', async () => {
    const result = await searchCapacity({ ...PLAN, rounds: 1 }, holdsUpTo(42).measure);
    expect(result).toMatchObject({ end: 'single round', interval: { from: 42, to: 42 } });
  });
});
