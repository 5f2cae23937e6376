import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../../client/compare/compare-runs.js';
import type { Sides } from '../../../../client/compare/compare-runs.js';
import { verdictOf } from '../../../../client/compare/compare-verdict.js';
import { parseConditions } from '../../../../client/compare/condition.js';
import { runOfReport } from '../../../../client/compare/read-runs.js';
import type { RunReport, Subject } from '../../../../client/report/run-report-schema.js';
import { drawnReport } from '../../../helpers/compared-runs.js';
import type { DrawnRun } from '../../../helpers/compared-runs.js';
import { errorOf } from '../../../helpers/error-of.js';
import { loadReport, reportsOfEveryKind } from '../../../helpers/sample-reports.js';

const SEEDS = Array.from({ length: 16 }, (_, index) => index);
const QUICK = { framesPerSecond: 100 };

describe('two runs', () => {
  it('that are alike pass, whatever chance did to them', () => {
    const outcomes = SEEDS.map((seed) => compared(pair(seed, {}), 'p50>+5%,p99>+5%,age>+5%,lost>0,fps<-5%'));
    expect(outcomes.filter(({ verdict }) => verdict.level !== 'pass')).toEqual([]);
    const latencies = outcomes.flatMap(({ rows }) => rows.filter(({ figure }) => /^p/.test(figure)));
    const wrong = latencies.filter(({ verdict }) => verdict === 'worse' || verdict === 'better');
    expect(wrong.length / latencies.length).toBeLessThan(0.05);
    const known = latencies.filter(({ figure }) => figure !== 'p999');
    const covered = known.filter(({ interval }) => interval && interval.low <= 0 && interval.high >= 0);
    expect(covered.length / known.length).toBeGreaterThan(0.94);
  });

  it('of which one is slower by 15 % fail, and their intervals hold those 15 %', () => {
    const outcomes = SEEDS.map((seed) => compared(pair(seed, { slower: 1.15 }), 'p50>+5%'));
    expect(outcomes.filter(({ verdict }) => verdict.level !== 'fail')).toEqual([]);
    for (const { rows, verdict } of outcomes) {
      expect(rows.find(({ figure }) => figure === 'p50')).toMatchObject({ verdict: 'worse', failed: true });
      expect(verdict.sentence).toMatch(/^Failed: p50>\+5% \(total: .* became .*, \+1\d\.\d %, 95 %: /);
    }
    const intervals = outcomes.flatMap(({ rows }) => rows.filter(({ figure }) => figure === 'p50' || figure === 'p99'));
    const covered = intervals.filter(({ interval }) => interval && interval.low <= 0.15 && interval.high >= 0.15);
    expect(covered.length / intervals.length).toBeGreaterThan(0.94);
  });

  it('fail a limit of 10 % when 15 % were put there, and pass it when none were', () => {
    const verdicts = (slower: number) =>
      SEEDS.map((seed) => compared(pair(seed, { slower }), 'p99>+10%').verdict.level);
    expect(verdicts(1.15).filter((level) => level === 'fail').length).toBeGreaterThanOrEqual(SEEDS.length - 2);
    expect(verdicts(1).filter((level) => level !== 'pass')).toEqual([]);
  });

  it('that cannot tell a change beyond the limit do not pass, and say what would tell', () => {
    const noisy = { spread: 0.5, seconds: 20 };
    const sides = pair(1, { ...noisy, slower: 1.6 }, noisy);
    const { rows, verdict } = compared(sides, 'p99>+10%,lost>0');
    const p99 = rows.find(({ figure }) => figure === 'p99');
    expect(p99?.change).toBeGreaterThan(0.1);
    expect(p99).toMatchObject({ verdict: 'unknown', failed: false, undecided: true });
    expect(verdict.level).toBe('invalid');
    expect(verdict.sentence).toMatch(
      /^Cannot tell whether p99>\+10% \(total: -\d+\.\d % to \+\d+\.\d %; at least \d+0 s or 3 runs a side are needed\)\.$/,
    );
    const longer = pair(1, { ...noisy, seconds: 600, slower: 1.6 }, { ...noisy, seconds: 600 });
    expect(compared(longer, 'p99>+10%').verdict.level).toBe('fail');
  });

  it('of which a value is beyond the limit, but not surely, do not pass', () => {
    const p99 = compared(pair(2, {}), '').rows.find(({ figure }) => figure === 'p99');
    const limit = ((p99?.b ?? 0) / 1000 - 0.3).toFixed(2);
    const { verdict } = compared(pair(2, {}), `p99>${limit}ms`);
    expect(verdict).toMatchObject({ level: 'invalid' });
    expect(verdict.sentence).toMatch(/\(total: [\d.]+ ms to [\d.]+ ms; (at least \d+ s or )?3 runs a side are needed/);
  });

  it('of which one is faster are better', () => {
    const { rows, verdict } = compared(pair(1, { slower: 0.8 }), '');
    expect(rows.find(({ figure }) => figure === 'p99')).toMatchObject({ verdict: 'better' });
    expect(verdict).toMatchObject({ level: 'done' });
    expect(verdict.sentence).toMatch(/^B against A: better in p50 /);
  });

  it('give the same intervals every time', () => {
    const sides = pair(3, {});
    expect(compared(sides, 'p99>+1%')).toEqual(compared(sides, 'p99>+1%'));
  });

  it('cannot tell a change that is smaller than the errors of their clocks', () => {
    const { rows, verdict } = compared(
      pair(2, { slower: 1.15, clockErrorUs: 2000 }, { clockErrorUs: 2000 }),
      'p50>+1%,p50>8ms',
    );
    const p50 = rows.find(({ figure }) => figure === 'p50');
    expect(p50).toMatchObject({ verdict: 'unknown', failed: false, undecided: true });
    expect(verdict.sentence).toContain('clocks that are off by less than ± 4.0 ms are needed');
    expect((p50?.interval?.high ?? 0) - (p50?.interval?.low ?? 0)).toBeGreaterThan(1);
  });

  it('of ten seconds as noisy as real ones hold the truth, and no latency falls by more than all of it', () => {
    const noisy = { spread: 0.5, seconds: 10, framesPerSecond: 120 };
    const outcomes = SEEDS.map((seed) => compared(pair(seed + 500, noisy, noisy), 'p50>+10%,p99>+10%'));
    const rows = outcomes.flatMap((outcome) =>
      outcome.rows.filter(({ figure }) => figure === 'p50' || figure === 'p99'),
    );
    expect(rows.filter(({ interval }) => !interval || interval.low <= -1)).toEqual([]);
    const covered = rows.filter(({ interval }) => interval && interval.low <= 0 && interval.high >= 0);
    expect(covered.length / rows.length).toBeGreaterThan(0.92);
    expect(outcomes.filter(({ verdict }) => verdict.level === 'fail').length).toBeLessThanOrEqual(1);
  });

  it('that are one run are told apart from nothing by less than the noise that is in it', () => {
    const run = runOf({ seed: 7, spread: 0.2, seconds: 10, framesPerSecond: 120 });
    const { rows } = compared({ a: [run], b: [run] }, '');
    const p50 = rows.find(({ figure }) => figure === 'p50')?.interval;
    expect(p50?.low).toBeGreaterThan(-0.75);
    // In proportion: twice as slow is as far from alike as half as slow.
    expect(Math.log(1 + (p50?.low ?? 0)) + Math.log(1 + (p50?.high ?? 0))).toBeCloseTo(0, 0);
  });

  it('that are one run differ in nothing', () => {
    const run = runOfReport(drawnReport({ seed: 1, ...QUICK }), 'a.json');
    const { rows } = compared({ a: [run], b: [run] }, '');
    expect(rows.map(({ change }) => change)).toEqual(rows.map(() => 0));
    expect(rows.some(({ verdict }) => verdict === 'worse' || verdict === 'better')).toBe(false);
  });
});

describe('repeated runs', () => {
  const ofRun = 0.02;
  const repeated = (seed: number, slower: number): Sides => ({
    a: [0, 1, 2, 3].map((n) => runOf({ seed: seed * 10 + n, ofRun, ...QUICK, seconds: 10 })),
    b: [4, 5, 6, 7].map((n) => runOf({ seed: seed * 10 + n, ofRun, slower, ...QUICK, seconds: 10 })),
  });

  it('that vary by themselves and are alike do not fail', () => {
    const outcomes = SEEDS.map((seed) => compared(repeated(seed, 1), 'p50>+5%,p99>+5%'));
    const failed = outcomes.filter(({ verdict }) => verdict.level === 'fail');
    expect(failed.length).toBeLessThanOrEqual(1);
    const p50 = outcomes.flatMap(({ rows }) => rows.filter(({ figure }) => figure === 'p50'));
    const covered = p50.filter(({ interval }) => interval && interval.low <= 0 && interval.high >= 0);
    expect(covered.length).toBeGreaterThanOrEqual(SEEDS.length - 3);
  });

  it('of which one side is slower by 15 % are worse', () => {
    const outcomes = SEEDS.map((seed) => compared(repeated(seed, 1.15), 'p50>+0%'));
    expect(outcomes.filter(({ verdict }) => verdict.level === 'fail').length).toBeGreaterThan(SEEDS.length * 0.9);
  });
});

describe('figures', () => {
  it('that are counts are exact', () => {
    const lossy = withTotal({ frames: { received: 9900, lost: 100, skipped: 0, corrupt: 0 }, reconnects: 2 });
    const sides = { a: [runOfReport(withTotal({}), 'a')], b: [runOfReport(lossy, 'b')] };
    const { rows, verdict } = compared(sides, 'lost>0,lost>0.5%,lost>2%,lost>+0.005,reconnects>2,reconnects>1');
    expect(rows.find(({ figure }) => figure === 'lost')).toMatchObject({
      ...{ a: 0, b: 0.01, change: null, interval: null, verdict: 'worse', failed: true },
    });
    expect(verdict.sentence).toContain('lost>0, lost>0.5%, lost>2%, lost>+0.005 (total: 0 became 1.00 %)');
    expect(verdict.sentence).toContain('reconnects>2, reconnects>1 (total: 0 became 2)');
    expect(compared({ a: sides.b, b: sides.b }, 'lost>+0.005,reconnects>2').verdict.level).toBe('pass');
  });

  it('of sessions that are gone are neither lost frames nor reconnects, and fail where they are asked for', () => {
    const of = (connected: number) => ({ sessions: { asked: 4, connected, failed: 0 } });
    const gone = { ...of(3), outageMs: 6436 };
    const sides = { a: [runOfReport(withTotal(of(4)), 'a')], b: [runOfReport(withTotal(gone), 'b')] };
    const { rows, verdict } = compared(sides, 'lost>0,reconnects>0,outage>0,outage>10s,failed>0');
    expect(rows.filter(({ failed }) => failed)).toMatchObject([
      { figure: 'outage', unit: 'us', a: 0, b: 6_436_000, verdict: 'worse' },
      { figure: 'failed', a: 0, b: 1, verdict: 'worse' },
    ]);
    expect(verdict.sentence).toMatch(/^Failed: outage>0, outage>10s \(total: 0 .* became 6\.\d+ s\); failed>0 /);
    expect(compared(sides, 'outage>10s').verdict.level).toBe('pass');
    const over = withTotal({ ...of(0), state: 'ended' });
    expect(compared({ a: sides.a, b: [runOfReport(over, 'b')] }, 'failed>0').verdict.level).toBe('pass');
  });

  it('that one side does not have leave a condition undecided', () => {
    const without = withTotal({ canTellLost: false });
    const sides = { a: [runOfReport(without, 'a')], b: [runOfReport(withTotal({}), 'b')] };
    expect(compared(sides, 'lost>+0.1').verdict).toMatchObject({ level: 'invalid' });
    expect(compared(sides, 'lost>0').verdict).toMatchObject({ level: 'pass' });
    expect(compared(sides, 'cpu>50%').verdict.sentence).toContain('cpu>50% (total: B has no cpu)');
    expect(compared(sides, 'capacity<-5%').verdict).toMatchObject({
      level: 'invalid',
      sentence: 'Cannot tell whether capacity<-5% (only runs of capacity have one).',
    });
  });

  it('of a server are its CPU', () => {
    const server = loadReport().server;
    const busy = server && {
      ...server,
      samples: server.samples.map((each) => ({ ...each, cpuPercent: each.cpuPercent * 2 })),
    };
    const sides = {
      a: [runOfReport(withTotal({}, { server }), 'a')],
      b: [runOfReport(withTotal({}, { server: busy }), 'b')],
    };
    expect(compared(sides, 'cpu>+20%').rows.find(({ figure }) => figure === 'cpu')).toMatchObject({
      ...{ verdict: 'worse', failed: true },
    });
  });

  it('without a time line or distributions have no interval', () => {
    const bare = withTotal({ timeline: null, histograms: null });
    const { rows } = compared({ a: [runOfReport(bare, 'a')], b: [runOfReport(bare, 'b')] }, '');
    expect(rows.every(({ interval }) => interval === null)).toBe(true);
  });

  it('below zero, of clocks that are off, have no relative change', () => {
    const total = drawnReport({ seed: 1, ...QUICK }).total as Subject;
    const before = withTotal({ latencyUs: { ...total.latencyUs, p50: -500 } });
    const { rows } = compared({ a: [runOfReport(before, 'a')], b: [runOfReport(withTotal({}), 'b')] }, 'p50>+10%');
    expect(rows.find(({ figure }) => figure === 'p50')).toMatchObject({ change: null, interval: null });
    expect(JSON.stringify(rows)).not.toContain('Infinity');
  });

  it('of a broken histogram are refused', () => {
    const broken = withTotal({ histograms: { latency: { values: 'nonsense' }, age: { values: 'nonsense' } } });
    const error = errorOf(() => compared({ a: [runOfReport(broken, 'a.json')], b: [runOfReport(broken, 'b')] }, ''));
    expect(error).toMatchObject({ code: 'BAD_REPORT' });
    expect(error.message).toContain('a.json');
  });
});

describe('two searches', () => {
  it.each([
    [100, 110, 120, 130, 'better', false, 'pass'],
    [100, 110, 80, 85, 'worse', true, 'fail'],
    [100, 110, 105, 110, 'unknown', false, 'pass'],
    [100, null, 50, 60, 'worse', true, 'fail'],
    [100, 110, 80, null, 'unknown', false, 'invalid'],
    [100, null, 90, null, 'unknown', false, 'invalid'],
  ] as const)('%s to %s and %s to %s', (fromA, toA, fromB, toB, verdict, failed, level) => {
    const sides = { a: [search(fromA, toA)], b: [search(fromB, toB)] };
    const { rows, verdict: whole } = compared(sides, 'capacity<-5%');
    expect(whole.level).toBe(level);
    expect(rows).toMatchObject([{ figure: 'capacity', a: fromA, b: fromB, verdict, failed }]);
  });

  function search(from: number, to: number | null) {
    const report = reportsOfEveryKind().find(({ kind }) => kind === 'capacity');
    if (report?.details.kind !== 'capacity') throw new Error('there is no sample of a search');
    return runOfReport({ ...report, details: { ...report.details, interval: { from, to } } }, 'x.json');
  }
});

function runOf(run: DrawnRun) {
  return runOfReport(drawnReport(run), `${run.seed}.json`);
}

function pair(seed: number, b: Partial<DrawnRun>, a: Partial<DrawnRun> = {}): Sides {
  return { a: [runOf({ seed: 2 * seed + 1, ...QUICK, ...a })], b: [runOf({ seed: 2 * seed + 2, ...QUICK, ...b })] };
}

function withTotal(parts: Partial<Subject>, report: Partial<RunReport> = {}): RunReport {
  const drawn = drawnReport({ seed: 1, seconds: 20, ...QUICK }, report);
  return { ...drawn, total: { ...(drawn.total as Subject), ...parts } };
}

function compared(sides: Sides, conditions: string) {
  const parsed = conditions === '' ? [] : parseConditions(conditions);
  const { rows } = compareRuns(sides, parsed);
  return { rows: rows.map(({ row }) => row), verdict: verdictOf(rows, parsed) };
}
