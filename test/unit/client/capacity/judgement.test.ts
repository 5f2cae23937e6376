import { describe, expect, it } from 'vitest';
import { judgeObjective } from '../../../../client/capacity/judgement.js';
import { parseObjective } from '../../../../client/capacity/objective.js';
import { measuredStepOf, serverSamplesOf } from '../../../helpers/capacity-samples.js';
import type { StepSample } from '../../../helpers/capacity-samples.js';
import { latencyOf, subjectOf } from '../../../helpers/trust-samples.js';

/** How the terms of `objective` came out, without the one that is always there. */
function judged(objective: string, sample: StepSample = {}) {
  return judgeObjective(parseObjective(objective), measuredStepOf(sample)).slice(1);
}

const frames = (parts: object) => ({ received: 60_000, lost: 0, skipped: 0, corrupt: 0, ...parts });

describe('judgeObjective', () => {
  it('holds every kind of figure against its limit', () => {
    const all = 'p99<100ms,age-max<1s,lost=0,skipped<=0.1%,fps>=0.95,fps-min>=29fps,fairness>=0.99,reconnects=0';
    expect(judged(all).map(({ state }) => state)).toEqual(new Array(8).fill('holds'));
    expect(judged('server-cpu<50%,server-memory<100MB', { server: serverSamplesOf() })).toMatchObject([
      { state: 'holds', value: 40, words: '40.0 %' },
      { state: 'holds', value: 90e6, words: '90.0 MB' },
    ]);
  });

  it.each<[string, StepSample, number, string]>([
    ['p99<20ms', {}, 20_000, '20.0 ms ± 0.3 ms (nearer to the limit than the error of the clock)'],
    ['p99<=10ms', {}, 20_000, '20.0 ms ± 0.3 ms'],
    ['lost=0', { total: { frames: frames({ lost: 3 }) } }, 3, '3'],
    ['lost<=0.1%', { total: { frames: frames({ received: 990, lost: 10 }) } }, 0.01, '1.0 %'],
    ['skipped<=0.01%', { total: { frames: frames({ received: 9995, skipped: 5 }) } }, 0.0005, '0.05 %'],
    ['corrupt=0', { total: { frames: frames({ corrupt: 1 }) } }, 1, '1'],
    ['reconnects<=1', { total: { reconnects: 2 } }, 2, '2'],
    ['fps>=0.95', { session: { fps: { mean: 15, min: 0, max: 30 } } }, 0.5, '50.0 %'],
    ['fps>=25fps', { session: { fps: { mean: 15, min: 0, max: 30 } } }, 15, '15.00 fps'],
    ['server-cpu<90%', { server: serverSamplesOf({ cpuPercent: 99 }) }, 99, '99.0 %'],
  ])('finds %s broken, and with which value', (objective, sample, value, words) => {
    expect(judged(objective, sample)).toMatchObject([{ state: 'broken', value, words }]);
  });

  it('says so when the error of the clock reaches over the limit', () => {
    const near = { total: { latencyUs: latencyOf({ p99: 99_900, errorUs: 300 }) } };
    expect(judged('p99<100ms', near)).toMatchObject([{ state: 'holds', isWithinError: true }]);
    expect(judged('p99<101ms', near)).toMatchObject([{ state: 'holds', isWithinError: false }]);
  });

  it('tells the slowest session, and how unequal they are', () => {
    const slow = subjectOf({ fps: { mean: 3, min: 0, max: 5 }, frames: frames({ received: 0 }) });
    const sessions = [subjectOf({ fps: { mean: 30, min: 30, max: 30 } }), slow];
    expect(judged('fps-min>=0.5,fps>=0.5,fairness>=0.9', { sessions })).toMatchObject([
      { state: 'broken', value: 0.1 },
      { state: 'holds', value: 0.55 },
      { state: 'broken', value: 0.5 },
    ]);
  });

  it('finds nothing unfair in streams of different rates', () => {
    const sessions = [30, 10].map((fps) => subjectOf({ nominalFps: fps, frames: frames({ received: 200 * fps }) }));
    expect(judged('fairness>=0.99', { sessions })).toMatchObject([{ state: 'holds' }]);
  });

  it('does not know what the path or the server does not say', () => {
    const none = latencyOf({ count: 0, p50: null, p90: null, p99: null, p999: null, max: null, errorUs: null });
    const silent = { total: { latencyUs: none, canTellLost: false }, session: { nominalFps: null } };
    const outcomes = judged('p99<100ms,lost=0,fps>=0.9,server-cpu<90%', silent);
    expect(outcomes.map(({ state, value }) => [state, value])).toEqual(new Array(4).fill(['unknown', null]));
    expect(outcomes.map(({ words }) => words)).toEqual([
      expect.stringContaining('does not say when its frames were captured'),
      expect.stringContaining('does not show what is missing'),
      expect.stringContaining('no rate is announced'),
      expect.stringContaining('--server-api'),
    ]);
  });

  it('finds everything broken where no frame came', () => {
    const nothing = latencyOf({ count: 0, p50: null, p90: null, p99: null, p999: null, max: null, errorUs: null });
    const empty = { received: 0, lost: 0, skipped: 0, corrupt: 0 };
    const sample = { total: { latencyUs: nothing, frames: empty }, session: { frames: empty } };
    const outcomes = judged('p99<100ms,lost=0,fps>=0.9', sample);
    expect(outcomes.map(({ state, words }) => [state, words])).toEqual(new Array(3).fill(['broken', 'no frame came']));
  });

  it('wants all sessions, unless the objective says otherwise, and tells why some are missing', () => {
    const errors = [
      { code: 'CONNECTION_LOST', message: 'It broke.', count: 1 },
      { code: 'SERVER_FULL', message: 'The server is full.', count: 2 },
    ];
    const sample = { total: { sessions: { asked: 10, connected: 7, failed: 3 }, errors } };
    const step = measuredStepOf(sample);
    expect(judgeObjective(parseObjective('lost=0'), step)).toMatchObject([
      {
        ...{ term: { text: 'failed=0' }, state: 'broken', value: 3, words: '3, SERVER_FULL: The server is full' },
        event: '3 of 10 sessions were refused (SERVER_FULL)',
      },
      { state: 'holds', event: null },
    ]);
    expect(judgeObjective(parseObjective('failed<=30%'), step)).toMatchObject([{ state: 'holds', value: 0.3 }]);
  });
});
