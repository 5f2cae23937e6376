import { describe, expect, it } from 'vitest';
import { judge } from '../../../../client/trust/judge.js';
import type { JudgedRun } from '../../../../client/trust/judged-run.js';
import type { GeneratorFigures, ServerSamples } from '../../../../client/report/run-trust-schema.js';
import { validitySchema } from '../../../../client/report/run-trust-schema.js';
import { generatorOf, latencyOf, subjectOf, threadOf } from '../../../helpers/trust-samples.js';

const server = (isSameMachine: boolean): ServerSamples => ({
  ...{ url: 'http://127.0.0.1:8080', version: '1.0.0', isSameMachine, samples: [], streams: [] },
});

const judged = (parts: Partial<JudgedRun> = {}) =>
  judge({ kind: 'load', generator: generatorOf(), server: server(true), total: subjectOf(), cores: 2, ...parts });

const generated = (parts: Partial<GeneratorFigures>) => judged({ generator: generatorOf(parts) });

/** Names of the checks that did not hold. */
const failed = ({ checks }: ReturnType<typeof judge>) => checks.filter(({ ok }) => !ok).map(({ name }) => name);

describe('a run without fault', () => {
  it('is valid, and says how far', () => {
    const validity = judged();
    expect(validitySchema.parse(validity)).toEqual(validity);
    expect(validity).toMatchObject({ valid: true, reasons: [] });
    expect(failed(validity)).toEqual([]);
    expect(validity.trust).toBe(
      'By the clocks, latencies are right to ± 300 µs; the generator itself was late by 1.2 ms at p99, which is in them.',
    );
  });

  it('is not invalid for being short, on a full machine with its server, with a poor clock and sessions that failed', () => {
    const validity = judged({
      generator: generatorOf({ machineCpuPercent: 99, stolenCpuPercent: 9 }),
      total: subjectOf({
        sessions: { asked: 10, connected: 8, failed: 2 },
        latencyUs: latencyOf({ count: 300, errorUs: 6000 }),
      }),
    });
    expect(validity.valid).toBe(true);
    expect(failed(validity)).toEqual([
      'CPU of this machine',
      'CPU taken by the hypervisor',
      'Sessions that did not connect',
      'Frames behind the p99',
      'Error of the clock against the latency (p50)',
    ]);
    expect(validity.trust).toMatch(
      /; less is certain for: CPU of this machine, CPU taken by .*, sessions that did .*\.$/,
    );
  });

  it('says that nobody asked the server', () => {
    expect(judged({ server: null }).trust).toContain('the server was not asked');
  });

  it('can be judged by its figures alone', () => {
    const validity = judged({ generator: null });
    expect(validity.valid).toBe(true);
    expect(validity.trust).toContain('nobody watched what measured them');
    expect(judged({ generator: null, total: null, server: null })).toMatchObject({ valid: true, checks: [] });
  });
});

describe('the delay of the generator', () => {
  const late = (p99: number, max = p99) => ({
    threads: [threadOf(), threadOf({ timerLatenessUs: { p50: 0, p99, max } })],
  });

  it('makes a run invalid where it is a fifth of the frame period and a quarter of the p99', () => {
    expect(generated(late(6600)).valid).toBe(true);
    const validity = generated(late(6700));
    expect(validity.valid).toBe(false);
    expect(validity.reasons).toEqual([
      'Delay of the generator (p99): 6.7 ms, where 6.7 ms is the limit; the greater latencies and ages shown are then in part those of the process that measured them.',
    ]);
    expect(validity.trust).toContain('; do not use the latencies and ages (p99 and above); counts and rates hold.');
  });

  it('casts a doubt on the p99 of a short run for one stop, and makes it invalid for several', () => {
    // 400 timers: a stop of 80 ms makes four of them late, by 80, 60, 40 and 20 ms.
    const short = (timerLatenessUs: { p50: number; p99: number; max: number }, loopP99 = 900) => {
      const thread = threadOf({ timerLatenessUs, loopDelayUs: { p50: 100, p99: loopP99, max: 80_000 } });
      return judged({ total: subjectOf({ durationMs: 8000 }), generator: generatorOf({ threads: [thread] }) });
    };
    const once = short({ p50: 600, p99: 20_000, max: 80_000 });
    expect(once.valid).toBe(true);
    expect(once.checks.find(({ name }) => name === 'Delay of the generator (p99)')).toMatchObject({
      ...{ ok: false, severity: 'doubt', why: 'that is one stop of 80.0 ms; measure longer.' },
    });
    expect(short({ p50: 600, p99: 60_000, max: 80_000 }).valid).toBe(false);
    expect(short({ p50: 600, p99: 20_000, max: 80_000 }, 20_000).valid).toBe(false);
    // Half a second of eight is no bad luck.
    expect(short({ p50: 600, p99: 440_000, max: 500_000 }).valid).toBe(false);
  });

  it('is held against the p50, too, and spoils all latencies there', () => {
    const validity = generated({ threads: [threadOf({ timerLatenessUs: { p50: 7000, p99: 7500, max: 8000 } })] });
    expect(validity.reasons).toHaveLength(2);
    expect(validity.trust).toContain('; do not use the latencies and ages; counts and rates hold.');
    const full = threadOf({ cpuPercent: 99, timerLatenessUs: { p50: 7000, p99: 7500, max: 8000 } });
    expect(generated({ threads: [full] }).trust).toContain('; do not use the figures.');
  });

  it('is measured by the loop, too', () => {
    const loopDelayUs = { p50: 0, p99: 30_000, max: 30_000 };
    expect(generated({ threads: [threadOf({ loopDelayUs })] }).valid).toBe(false);
  });

  it('is that of threads with sessions, not that of the one that draws', () => {
    const timerLatenessUs = { p50: 0, p99: 90_000, max: 90_000 };
    const main = threadOf({ name: 'main', sessions: 0, cpuPercent: 99, waitedPercent: 50, timerLatenessUs });
    expect(failed(generated({ threads: [main, threadOf()] }))).toEqual([]);
    expect(generated({ threads: [main] }).valid).toBe(false);
  });

  it('may be longer where latencies are', () => {
    const total = subjectOf({ latencyUs: latencyOf({ p99: 400_000, max: 500_000 }) });
    expect(judged({ total, generator: generatorOf(late(90_000)) }).valid).toBe(true);
    expect(judged({ total, generator: generatorOf(late(110_000)) }).valid).toBe(false);
  });

  it('may be a frame long where only counts are reported', () => {
    const total = subjectOf({ latencyUs: latencyOf({ count: 0, p50: null, p99: null, max: null, errorUs: null }) });
    expect(judged({ total, generator: generatorOf(late(30_000)) }).valid).toBe(true);
    expect(judged({ total, generator: generatorOf(late(40_000)) }).valid).toBe(false);
  });

  it('is held against the measured rate where none was announced', () => {
    const fast = subjectOf({
      nominalFps: null,
      fps: { mean: 600, min: 60, max: 60 },
      latencyUs: latencyOf({ p99: 9000 }),
    });
    expect(judged({ total: fast, generator: generatorOf(late(3300)) }).valid).toBe(true);
    expect(judged({ total: fast, generator: generatorOf(late(3400)) }).valid).toBe(false);
  });

  it('may be no longer where frames are seldom: it is in their latencies all the same', () => {
    // 40 sessions of one frame a second, and a process that was stopped more than half of the time.
    const starved = subjectOf({
      nominalFps: null,
      ...{ sessions: { asked: 40, connected: 40, failed: 0 }, fps: { mean: 40, min: 1, max: 1 } },
      latencyUs: latencyOf({ count: 900, p50: 37_000, p99: 140_000, max: 200_000, errorUs: 3000 }),
    });
    const stopped = threadOf({ timerLatenessUs: { p50: 25_000, p99: 134_000, max: 190_000 } });
    const { valid, trust } = judged({ total: starved, generator: generatorOf({ threads: [stopped] }) });
    expect(valid).toBe(false);
    expect(trust).toMatch(
      /^By the clocks, latencies are right to ± 3\.0 ms; .* late by 134 ms at p99, which is in them; /,
    );
  });

  it.each([1, 5, 30, 60])('is no matter in a quiet run at %d fps', (fps) => {
    const quiet = threadOf({ timerLatenessUs: { p50: 900, p99: 3000, max: 9000 } });
    const total = subjectOf({
      ...{ nominalFps: fps, fps: { mean: 10 * fps, min: fps, max: fps } },
      latencyUs: latencyOf({ p50: 900, p99: 3500, errorUs: 50 }),
    });
    expect(judged({ total, generator: generatorOf({ threads: [quiet] }) }).valid).toBe(true);
  });

  it('may be as long as the error that is stated, up to half of the latency', () => {
    const far = subjectOf({ latencyUs: latencyOf({ p50: 100_000, p99: 120_000, max: 150_000, errorUs: 80_000 }) });
    expect(judged({ total: far, generator: generatorOf(late(60_000)) }).valid).toBe(true);
    expect(judged({ total: far, generator: generatorOf(late(60_100)) }).valid).toBe(false);
    const near = subjectOf({ latencyUs: latencyOf({ p50: 100_000, p99: 120_000, max: 150_000, errorUs: 40_000 }) });
    expect(judged({ total: near, generator: generatorOf(late(40_000)) }).valid).toBe(true);
    expect(judged({ total: near, generator: generatorOf(late(40_100)) }).valid).toBe(false);
  });

  it('casts a doubt on the greatest latencies of a slow stream, too', () => {
    const total = subjectOf({ nominalFps: 1, latencyUs: latencyOf({ max: 310_000 }) });
    expect(failed(judged({ total, generator: generatorOf(late(1200, 300_000)) }))).toEqual([
      'Longest delay of the generator',
    ]);
  });

  it('casts a doubt on latencies that are as short, and on the greatest ones', () => {
    const short = judged({ total: subjectOf({ latencyUs: latencyOf({ p99: 2000 }) }) });
    expect(short.valid).toBe(true);
    expect(failed(short)).toEqual(['Delay of the generator against the latency (p99)']);
    expect(failed(generated(late(1200, 200_000)))).toEqual(['Longest delay of the generator']);
  });
});

describe('what else makes a run invalid', () => {
  it('is a thread that fills its core', () => {
    expect(generated({ threads: [threadOf({ cpuPercent: 84 })] }).valid).toBe(true);
    const { reasons } = generated({ threads: [threadOf(), threadOf({ cpuPercent: 97.5 })] });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^CPU of the busiest thread: 97.5 % of a core, where 85 % of a core is the limit; /);
  });

  it('is a full machine without the server', () => {
    const full = generatorOf({ machineCpuPercent: 90, stolenCpuPercent: 6 });
    expect(judged({ generator: full, server: server(false) }).valid).toBe(false);
    expect(judged({ generator: full, server: null, isSameMachine: false }).valid).toBe(false);
    expect(judged({ generator: full, server: null }).valid).toBe(true);
    const elsewhere = generatorOf({ machineCpuPercent: 90, stolenCpuPercent: null });
    expect(judged({ generator: elsewhere, server: server(false) }).valid).toBe(true);
  });

  it('is less certain in a container that is held back by its limit', () => {
    expect(failed(generated({ throttledPercent: 0.1 }))).toEqual([]);
    const held = generated({ throttledPercent: 40 });
    expect(failed(held)).toEqual(['Held back by the CPU limit of the container']);
    expect(held.valid).toBe(true);
    expect(held.trust).toContain('less is certain for: held back by the CPU limit of the container');
    expect(generated({ throttledPercent: null }).checks.map(({ name }) => name)).not.toContain(failed(held)[0]);
  });

  it('is a session that stays behind, by more than frames that are just coming', () => {
    const backlog = (p50: number, p99: number) => generated({ socketBacklogBytes: { p50, p99, max: p99 } });
    expect(failed(backlog(89_000, 89_000))).toEqual([]);
    expect(failed(backlog(0, 95_000))).toEqual(['Backlog of the slowest session (p99)']);
    expect(backlog(0, 95_000).valid).toBe(true);
    expect(backlog(95_000, 95_000).valid).toBe(false);
  });
});

it('casts a doubt on threads that had no core, where that is known', () => {
  expect(failed(generated({ threads: [threadOf({ waitedPercent: 30 })] }))).toEqual(['Time without a core']);
  const unknown = generated({
    threads: [threadOf({ waitedPercent: null })],
    ...{ machineCpuPercent: null, stolenCpuPercent: null, socketBacklogBytes: null },
  });
  expect(failed(unknown)).toEqual([]);
  expect(unknown.checks.map(({ name }) => name)).not.toContain('Time without a core');
});
