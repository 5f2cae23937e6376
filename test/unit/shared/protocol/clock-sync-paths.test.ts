import { describe, expect, it } from 'vitest';
import { ClockSync, type ClockSyncOptions } from '../../../../shared/protocol/clock-sync.js';
import { type Delay, type Path, PathSimulator, type Sleep } from '../../../helpers/path-simulator.js';

const SECOND_US = 1_000_000;
const HOUR_US = 3600 * SECOND_US;
const YEAR_US = 365 * 24 * HOUR_US;
const RUN_US = 600 * SECOND_US;
/** The interval of frames at 30 per second. */
const CHECK_EVERY_US = 33_333;

type Ways = Pick<Path, 'toServer' | 'toUs'>;

const constant =
  (us: number): Delay =>
  () =>
    us;

/** At least `leastUs`, and on top of that random with an exponential distribution of mean `meanUs`. */
const jittery =
  (leastUs: number, meanUs: number): Delay =>
  (random) =>
    leastUs - meanUs * Math.log(1 - random());

/** `jittery`, but in the first `busyS` of every 30 s a queue of some hundreds of milliseconds stands in the way. */
const bursty =
  (busyS: number): Delay =>
  (random, atUs) =>
    jittery(100, 20)(random, atUs) + (atUs % (30 * SECOND_US) < busyS * SECOND_US ? 500_000 * random() : 0);

const QUIET: Ways = { toServer: jittery(100, 10), toUs: jittery(100, 10) };

interface Outcome {
  readonly checks: number;
  readonly missing: number;
  /** When the truth was outside the error, in seconds since the start. */
  readonly outside: readonly number[];
  /** Greatest distance of the truth from the estimate beyond the error. */
  readonly excessUs: number;
  /** Time of each check, in seconds, and the error reported there. */
  readonly errors: readonly { readonly atS: number; readonly errorUs: number }[];
  readonly driftPpm: number;
}

/** Holds every estimate of a run against the truth. */
function run(path: Path, durationUs = RUN_US, options: Partial<ClockSyncOptions> = {}): Outcome {
  const sync = new ClockSync(options);
  const errors: { atS: number; errorUs: number }[] = [];
  let driftPpm = Number.NaN;
  let missing = 0;
  const outside: number[] = [];
  let excessUs = 0;
  new PathSimulator(path, sync).run(durationUs, CHECK_EVERY_US, ({ atUs, nowUs, trueOffsetUs }) => {
    const estimate = sync.estimate(nowUs);
    if (!estimate) {
      missing += 1;
      return;
    }
    const beyondUs = Math.abs(estimate.offsetUs - trueOffsetUs) - estimate.errorUs;
    if (beyondUs > 0) outside.push(atUs / SECOND_US);
    excessUs = Math.max(excessUs, beyondUs);
    errors.push({ atS: atUs / SECOND_US, errorUs: estimate.errorUs });
    driftPpm = estimate.driftPpm;
  });
  return { checks: errors.length, missing, outside, excessUs, errors, driftPpm };
}

function worstError({ errors }: Outcome, fromS: number, toS = Infinity): number {
  return Math.max(...errors.filter(({ atS }) => atS >= fromS && atS < toS).map(({ errorUs }) => errorUs));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

describe('ClockSync on paths for which the theory vouches', () => {
  const ways: Record<string, Ways> = {
    'constant delay': { toServer: constant(100), toUs: constant(100) },
    'no delay at all': { toServer: constant(0), toUs: constant(0) },
    'small jitter': QUIET,
    'large jitter': { toServer: jittery(2000, 3000), toUs: jittery(2000, 3000) },
    'queues towards the server': { toServer: bursty(20), toUs: jittery(100, 20) },
    'queues towards us': { toServer: jittery(100, 20), toUs: bursty(20) },
    'queues both ways, all the time': { toServer: bursty(30), toUs: bursty(30) },
    'permanent asymmetry, slow towards the server': { toServer: constant(20_000), toUs: jittery(100, 20) },
    'permanent asymmetry, slow towards us': { toServer: jittery(100, 20), toUs: constant(20_000) },
    'another continent': { toServer: jittery(90_000, 1000), toUs: jittery(70_000, 5000) },
  };
  const cases = Object.entries(ways).flatMap(([name, way]) =>
    [-200, -35, 0, 100, 200].map((driftPpm) => ({ name, way, driftPpm })),
  );

  it.each(cases)('holds the truth always: $name, drift $driftPpm ppm', ({ way, driftPpm }) => {
    const outcome = run({ ...way, driftPpm, seed: 1000 + driftPpm, offsetUs: 2 * HOUR_US });
    expect(outcome.outside).toEqual([]);
    expect(outcome.checks + outcome.missing).toBe(Math.ceil(RUN_US / CHECK_EVERY_US));
    expect(outcome.missing).toBeLessThan(40);
  });

  it.each([
    ['hours ahead', 5 * HOUR_US],
    ['hours behind', -5 * HOUR_US],
    ['years ahead', 30 * YEAR_US],
    ['years behind', -30 * YEAR_US],
  ])('holds the truth always, and as tightly, with the server %s', (_what, offsetUs) => {
    const outcome = run({ ...QUIET, offsetUs, driftPpm: -120, seed: 7 }, 60 * SECOND_US);
    expect(outcome.outside).toEqual([]);
    expect(worstError(outcome, 5)).toBeLessThan(150);
  });

  it('holds the truth always with lost pings', () => {
    const outcome = run({ ...QUIET, loss: 0.6, driftPpm: 90, seed: 8 });
    expect(outcome.outside).toEqual([]);
    expect(outcome.missing).toBeLessThan(40);
  });

  it.each([
    ['ours', { ourTickUs: 1000 }, { ourResolutionUs: 1000 }],
    ['the server', { serverTickUs: 1000 }, { serverResolutionUs: 1000 }],
    ['both', { ourTickUs: 1000, serverTickUs: 1000 }, { ourResolutionUs: 1000, serverResolutionUs: 1000 }],
  ])('holds the truth always with a clock of 1 ms: %s', (_who, ticks, options) => {
    const outcome = run({ ...QUIET, ...ticks, driftPpm: 40, seed: 9 }, RUN_US, options);
    expect(outcome.outside).toEqual([]);
    expect(outcome.missing).toBeLessThan(40);
  });

  it.each([10, 60, 600])(
    'holds the truth always while the drift wanders within its allowance, period %d s',
    (periodS) => {
      const wander = { amplitudePpm: 2.5, periodUs: periodS * SECOND_US };
      const outcome = run({ ...QUIET, wander, driftPpm: 80, seed: 10 });
      expect(outcome.outside).toEqual([]);
    },
  );

  it('does not hold the truth when the drift is beyond the limit it was told', () => {
    expect(run({ ...QUIET, driftPpm: 200, seed: 11 }, RUN_US, { maxDriftPpm: 20 }).outside.length).toBeGreaterThan(100);
  });
});

describe('ClockSync when an assumption breaks', () => {
  const steer = (byPpm: number) => ({ fromUs: 200 * SECOND_US, byPpm });

  it.each([-20, 20])('bears four times the allowance when the drift changes at once: %d ppm', (byPpm) => {
    expect(run({ ...QUIET, steer: steer(byPpm), seed: 12 }).outside).toEqual([]);
  });

  it.each([-280, -60, 60, 280])('is off by a round trip or so when the drift changes too much: %d ppm', (byPpm) => {
    const outcome = run({ ...QUIET, steer: steer(byPpm), seed: 12 });
    expect(outcome.outside.length / outcome.checks).toBeLessThan(0.01);
    expect(outcome.excessUs).toBeLessThan(300);
  });

  /** Sleeps of an hour that begin at every phase of the pings, which go out each 200 ms. */
  const sleepsOf = (who: Sleep['who']): Sleep[] =>
    Array.from({ length: 20 }, (_, i) => ({ who, fromUs: 10 * SECOND_US + i * 10_000 + 200, durationUs: HOUR_US }));
  const slow: Ways = { toServer: constant(15_000), toUs: constant(15_000) };

  it('holds the truth always when we slept, whatever was under way', () => {
    for (const sleep of sleepsOf('us')) {
      const outcome = run({ ...slow, sleeps: [sleep], driftPpm: 100, seed: 13 }, HOUR_US + 20 * SECOND_US);
      expect(outcome.outside).toEqual([]);
      expect(outcome.missing).toBeLessThan(5);
      expect(outcome.checks).toBeGreaterThan(590);
    }
  });

  it('would believe a ping under way if nobody watched for the sleep, but not for long', () => {
    const outcomes = sleepsOf('us').map((sleep) =>
      run({ ...slow, sleeps: [sleep], unwatched: true, seed: 13 }, HOUR_US + 20 * SECOND_US),
    );
    const outside = outcomes.flatMap((outcome) => outcome.outside);
    expect(outside.length).toBeGreaterThan(10);
    expect(Math.max(...outside)).toBeLessThan(3600 + 10.2 + 0.23);
  });

  it('is wrong from the moment the server wakes until its first answer, and not after', () => {
    for (const sleep of sleepsOf('server')) {
      const outcome = run({ ...slow, sleeps: [sleep], driftPpm: 100, seed: 14 }, HOUR_US + 20 * SECOND_US);
      const wakesS = (sleep.fromUs + sleep.durationUs) / SECOND_US;
      expect(outcome.outside.filter((atS) => atS < wakesS || atS > wakesS + 0.23)).toEqual([]);
      expect(worstError(outcome, wakesS + 5)).toBeLessThan(15_500);
    }
  });

  it('holds the truth in 99.9 % of the checks of ten minutes in which the server slept', () => {
    const sleeps = [{ who: 'server', fromUs: 200 * SECOND_US, durationUs: HOUR_US }] as const;
    const outcome = run({ ...QUIET, sleeps, driftPpm: 100, seed: 14 }, HOUR_US + RUN_US);
    expect(outcome.checks).toBeGreaterThan(18_000 - 5);
    expect(outcome.outside.length / outcome.checks).toBeLessThan(0.001);
  });
});

describe('ClockSync, how tight it is', () => {
  it.each([-100, 0, 100])('is within 150 us after 5 s on a symmetric path of 0.2 ms, drift %d ppm', (driftPpm) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const outcome = run({ ...QUIET, driftPpm, offsetUs: -HOUR_US, seed }, 65 * SECOND_US);
      expect(worstError(outcome, 5)).toBeLessThan(150);
      expect(outcome.outside).toEqual([]);
    }
  });

  it('cannot do better than half the least round trip, and is near to it', () => {
    const ways = { toServer: jittery(200, 10), toUs: jittery(200, 10) };
    const outcome = run({ ...ways, driftPpm: 100, seed: 1 }, 65 * SECOND_US);
    expect(Math.min(...outcome.errors.map(({ errorUs }) => errorUs))).toBeGreaterThanOrEqual(200);
    expect(worstError(outcome, 5)).toBeLessThan(250);
  });

  it('gives the same estimate for two truths a round trip apart that no ping can tell apart', () => {
    const estimates = [
      { offsetUs: 0, toServer: constant(400), toUs: constant(0) },
      { offsetUs: 400, toServer: constant(0), toUs: constant(400) },
    ].map((path) => {
      const sync = new ClockSync();
      let nowUs = 0;
      new PathSimulator({ ...path, seed: 1 }, sync).run(SECOND_US, CHECK_EVERY_US, (check) => (nowUs = check.nowUs));
      return sync.estimate(nowUs);
    });
    expect(estimates[0]).toEqual(estimates[1]);
    expect(estimates[0]?.offsetUs).toBe(200);
  });

  it('gets no worse with time: medians of the error at 0.2, 1, 5, 20 and 60 s', () => {
    const outcomes = Array.from({ length: 20 }, (_, seed) =>
      run({ ...QUIET, driftPpm: 50, seed: seed + 1 }, 61 * SECOND_US),
    );
    const medians = [0.2, 1, 5, 20, 60].map((fromS) =>
      median(
        outcomes.flatMap(({ errors }) =>
          errors.filter(({ atS }) => atS >= fromS && atS < fromS + 1).map((e) => e.errorUs),
        ),
      ),
    );
    expect(medians).toEqual([...medians].sort((a, b) => b - a));
    expect(medians.at(-1)).toBeLessThan(125);
  });

  it.each([-200, -10, 0, 77, 200])('knows a drift of %d ppm within 1 ppm after 60 s on a quiet path', (driftPpm) => {
    const outcome = run({ ...QUIET, driftPpm, seed: 5 }, 60 * SECOND_US);
    expect(Math.abs(outcome.driftPpm - driftPpm)).toBeLessThan(1);
  });

  it('lives through 20 s of queues on what it learnt before', () => {
    const outcome = run({ toServer: bursty(20), toUs: bursty(20), driftPpm: 100, seed: 6 }, 120 * SECOND_US);
    expect(worstError(outcome, 61)).toBeLessThan(1000);
  });
});
