import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockSync, type PingSample } from '../../../../shared/protocol/clock-sync.js';
import { seededRandom } from '../../../helpers/path-simulator.js';

/** A ping sent at `t0Us` over a path with these delays to a server whose clock is ahead by `offsetUs`. */
function ping(t0Us: number, offsetUs: number, toServerUs = 50, toUsUs = 50, holdUs = 10): PingSample {
  const t1Us = t0Us + toServerUs + offsetUs;
  return { t0Us, t1Us, t2Us: t1Us + holdUs, t3Us: t0Us + toServerUs + holdUs + toUsUs };
}

describe('ClockSync', () => {
  it('knows nothing before the first sample', () => {
    expect(new ClockSync().estimate(0)).toBeNull();
  });

  it('takes offset and error from a single sample as RFC 5905 does', () => {
    const sync = new ClockSync();
    expect(sync.addSample({ t0Us: 1000, t1Us: 5050, t2Us: 5060, t3Us: 1110 })).toBe(true);
    // Half the delay of 100, 2 for the clocks that were read, 2 for those it is applied to, and the drift since t0.
    expect(sync.estimate(1110)).toEqual({
      offsetUs: 4000,
      errorUs: 50 + 2 + 2 + 1,
      driftPpm: 0,
      rttMinUs: 100,
      rttP50Us: 100,
      samples: 1,
    });
  });

  it('gives an error that grows with the time since the last sample', () => {
    const sync = new ClockSync();
    sync.addSample(ping(0, 4000));
    const errors = [0, 1, 2].map((seconds) => sync.estimate(110 + seconds * 1_000_000)?.errorUs);
    expect(errors).toEqual([55, 55 + 305, 55 + 610]);
  });

  it('shares an asymmetry out: the estimate is off by half of it, and the error covers that', () => {
    const sync = new ClockSync({ maxDriftPpm: 0, wanderPpm: 0 });
    sync.addSample(ping(0, 0, 1000, 0));
    expect(sync.estimate(1010)).toMatchObject({ offsetUs: 500, errorUs: 504 });
  });

  it('combines a fast request with a fast answer of another ping', () => {
    const sync = new ClockSync({ maxDriftPpm: 0, wanderPpm: 0 });
    sync.addSample(ping(0, 0, 10, 1000));
    sync.addSample(ping(20_000, 0, 1000, 10));
    expect(sync.estimate(21_020)).toMatchObject({ offsetUs: 0, errorUs: 14, rttMinUs: 1010 });
  });

  it('reports least and median round trip of the last 64 samples', () => {
    const sync = new ClockSync();
    [40, 20, 30, 60, 50].forEach((delayUs, i) => sync.addSample(ping(i * 1000, 0, delayUs, 0)));
    expect(sync.estimate(0)).toMatchObject({ rttMinUs: 20, rttP50Us: 40 });
    for (let i = 1; i <= 64; i += 1) sync.addSample(ping(10_000_000 + i * 1000, 0, 100 + i, 0));
    expect(sync.estimate(0)).toMatchObject({ rttMinUs: 101, rttP50Us: 133 });
  });

  it.each<[string, PingSample]>([
    ['an answer before the question', { t0Us: 1000, t1Us: 1000, t2Us: 1000, t3Us: 999 }],
    ['a server clock running backwards', { t0Us: 1000, t1Us: 1010, t2Us: 1009, t3Us: 1100 }],
    ['a negative delay', { t0Us: 1000, t1Us: 1000, t2Us: 1105, t3Us: 1100 }],
    ['a round trip of more than 10 s', ping(1000, 0, 5_000_000, 5_000_000)],
    ['NaN', { t0Us: 1000, t1Us: Number.NaN, t2Us: 1000, t3Us: 1100 }],
    ['infinity', { t0Us: 1000, t1Us: 1000, t2Us: Infinity, t3Us: 1100 }],
    ['a stamp that is absurd', { t0Us: 1000, t1Us: 2 ** 53, t2Us: 2 ** 53, t3Us: 1100 }],
    ['a ping older than the newest', ping(499, 0)],
    ['an answer older than the newest', { t0Us: 500, t1Us: 500, t2Us: 500, t3Us: 599 }],
  ])('refuses %s and stays as it was', (_what, sample) => {
    const sync = new ClockSync();
    sync.addSample(ping(500, 7, 50, 50, 0));
    const before = sync.estimate(2000);
    expect(sync.addSample(sample)).toBe(false);
    expect(sync.estimate(2000)).toEqual(before);
  });

  it('refuses a wrong first sample and has no estimate then', () => {
    const sync = new ClockSync();
    expect(sync.addSample({ t0Us: 0, t1Us: 0, t2Us: 100, t3Us: 0 })).toBe(false);
    expect(sync.estimate(0)).toBeNull();
  });

  it('accepts a delay that is negative by no more than the resolution explains', () => {
    const coarse = { ourResolutionUs: 1, serverResolutionUs: 1000 };
    const sample = { t0Us: 1000, t1Us: 1000, t2Us: 2000, t3Us: 1100 };
    expect(new ClockSync().addSample(sample)).toBe(false);
    expect(new ClockSync(coarse).addSample(sample)).toBe(true);
    expect(new ClockSync(coarse).addSample({ ...sample, t2Us: 1100 + 2003 })).toBe(false);
  });

  it.each([
    ['forward', 3_600_000_000],
    ['back', -3_600_000_000],
    ['by more than the intervals overlap', 500],
  ])('starts from the newest sample when a clock stepped: %s', (_what, stepUs) => {
    const sync = new ClockSync();
    for (let i = 0; i < 20; i += 1) sync.addSample(ping(i * 20_000, 4000));
    expect(sync.estimate(380_110)?.samples).toBe(20);
    expect(sync.addSample(ping(400_000, 4000 + stepUs))).toBe(true);
    expect(sync.estimate(400_110)).toMatchObject({ offsetUs: 4000 + stepUs, errorUs: 55, samples: 1 });
    expect(sync.addSample(ping(420_000, 4000 + stepUs))).toBe(true);
    expect(sync.estimate(420_110)).toMatchObject({ offsetUs: 4000 + stepUs, samples: 2 });
  });

  it('recovers from a single wrong sample with the next right one', () => {
    const sync = new ClockSync();
    sync.addSample(ping(0, 4000));
    sync.addSample(ping(20_000, 9_000_000));
    sync.addSample(ping(40_000, 4000));
    expect(sync.estimate(40_110)).toMatchObject({ offsetUs: 4000, errorUs: 55, samples: 1 });
  });

  it('is as new after a reset', () => {
    const sync = new ClockSync();
    for (let i = 0; i < 20; i += 1) sync.addSample(ping(5_000_000 + i * 20_000, 4000));
    sync.reset();
    expect(sync.estimate(6_000_000)).toBeNull();
    expect(sync.nextPingDelayUs()).toBe(20_000);
    expect(sync.addSample(ping(0, -4000))).toBe(true);
    expect(sync.estimate(110)).toMatchObject({ offsetUs: -4000, errorUs: 55, samples: 1, rttMinUs: 100 });
  });

  it('pings in a burst, then often, then seldom; refused answers count too, so that it never stays fast', () => {
    const sync = new ClockSync();
    const delays: number[] = [];
    for (let i = 0; i < 90; i += 1) {
      delays.push(sync.nextPingDelayUs());
      sync.addSample(i % 2 ? ping(i * 20_000, 0) : ping(-1, Number.NaN));
    }
    const plan = [...repeat(8, 20_000), ...repeat(75, 200_000), ...repeat(7, 500_000)];
    expect(delays).toEqual(plan);
  });

  it('pings in a burst again after a step', () => {
    const sync = new ClockSync();
    for (let i = 0; i < 100; i += 1) sync.addSample(ping(i * 20_000, 0));
    expect(sync.nextPingDelayUs()).toBe(500_000);
    sync.addSample(ping(2_000_000, 1_000_000));
    const delays: number[] = [];
    for (let i = 1; i < 9; i += 1) {
      delays.push(sync.nextPingDelayUs());
      sync.addSample(ping(2_000_000 + i * 20_000, 1_000_000));
    }
    expect(delays).toEqual([...repeat(7, 20_000), 200_000]);
  });

  it('needs no more memory after 100,000 samples than after 200', () => {
    const sync = new ClockSync();
    const random = seededRandom(1);
    let bytes = 0;
    for (let i = 0; i < 100_000; i += 1) {
      // Ever new delays at a high rate: all samples of the run's last part are inside the window.
      sync.addSample(ping(i * 1000, 4000, Math.floor(random() * 400), Math.floor(random() * 400)));
      if (i === 200) bytes = serialize(sync).length;
    }
    expect(sync.estimate(100_000_000)?.samples).toBe(100_000);
    expect(serialize(sync).length).toBeLessThan(bytes + 1024);
  });
});

function repeat(count: number, value: number): number[] {
  return new Array<number>(count).fill(value);
}

describe('ClockSync, for any delays', () => {
  const pings = fc.array(
    fc.record({
      gapUs: fc.integer({ min: 0, max: 3_000_000 }),
      toServerUs: delay(),
      holdUs: fc.nat(5000),
      toUsUs: delay(),
      wobblePpm: fc.double({ min: -1, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 150 },
  );
  const offset = fc.integer({ min: -1e12, max: 1e12 });

  it('holds the truth inside the error while the drift is constant and within its limit', () => {
    const drift = fc.double({ min: -300, max: 300, noNaN: true });
    fc.assert(
      fc.property(pings, offset, drift, (plan, offsetUs, driftPpm) => expectTruthInside(plan, offsetUs, driftPpm, 0)),
      { numRuns: 300 },
    );
  });

  it('holds the truth inside the error while the drift wanders no more than allowed', () => {
    const drift = fc.double({ min: -297.5, max: 297.5, noNaN: true });
    fc.assert(
      fc.property(pings, offset, drift, (plan, offsetUs, driftPpm) => expectTruthInside(plan, offsetUs, driftPpm, 2.5)),
      { numRuns: 300 },
    );
  });
});

function delay(): fc.Arbitrary<number> {
  return fc.oneof(fc.nat(100), fc.nat(1000), fc.nat(300_000));
}

interface PlannedPing {
  readonly gapUs: number;
  readonly toServerUs: number;
  readonly holdUs: number;
  readonly toUsUs: number;
  readonly wobblePpm: number;
}

/** Two drifts are never farther apart than twice the wobble. The clocks are read in whole microseconds. */
function expectTruthInside(plan: readonly PlannedPing[], offsetUs: number, driftPpm: number, wobblePpm: number): void {
  const sync = new ClockSync();
  let sentUs = 0;
  let trueUs = offsetUs;
  for (const { gapUs, toServerUs, holdUs, toUsUs, wobblePpm: wobble } of plan) {
    const drift = (driftPpm + wobble * wobblePpm) / 1e6;
    const receivedUs = sentUs + toServerUs;
    const answeredUs = receivedUs + holdUs;
    const arrivedUs = answeredUs + toUsUs;
    const from = { atUs: sentUs, offsetUs: trueUs };
    const offsetAt = (atUs: number) => from.offsetUs + (atUs - from.atUs) * drift;
    const t1Us = Math.round(receivedUs + offsetAt(receivedUs));
    const t2Us = Math.round(answeredUs + offsetAt(answeredUs));
    expect(sync.addSample({ t0Us: sentUs, t1Us, t2Us, t3Us: arrivedUs })).toBe(true);
    for (const nowUs of [sentUs, arrivedUs, arrivedUs + gapUs / 3, arrivedUs + gapUs]) {
      const estimate = sync.estimate(nowUs);
      if (!estimate) throw new Error('no estimate after a sample');
      expect(Math.abs(estimate.offsetUs - offsetAt(nowUs))).toBeLessThanOrEqual(estimate.errorUs);
    }
    sentUs = arrivedUs + gapUs;
    trueUs = offsetAt(sentUs);
  }
  expect(sync.estimate(sentUs)?.samples).toBe(plan.length);
}
