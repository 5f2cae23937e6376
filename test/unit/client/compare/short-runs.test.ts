import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../../client/compare/compare-runs.js';
import { verdictOf } from '../../../../client/compare/compare-verdict.js';
import { parseConditions } from '../../../../client/compare/condition.js';
import { independentEvents, valuesBeyond } from '../../../../client/compare/events-beyond.js';
import { runOfReport } from '../../../../client/compare/read-runs.js';
import type { Subject } from '../../../../client/report/run-report-schema.js';
import { drawnReport } from '../../../helpers/compared-runs.js';
import type { DrawnRun } from '../../../helpers/compared-runs.js';

const SEEDS = Array.from({ length: 12 }, (_, index) => 300 + index);
/** One viewer of a camera. */
const VIEWER = { framesPerSecond: 30, seconds: 5 };
const MEASURED = { framesPerSecond: 100, seconds: 120 };

describe('p99 and p99.9 of runs with few frames', () => {
  it.each([
    ['alike', 1],
    ['15 % slower', 1.15],
  ])('are never told, of runs %s, and the window that tells is named', (_name, slower) => {
    const seconds = { p99: /at least [4-9]0 s or 3 runs/, p999: /at least [3-5]\d0 s or 3 runs/ };
    for (const figure of ['p99', 'p999'] as const) {
      const outcomes = SEEDS.map((seed) => compared(seed, { ...VIEWER, slower }, VIEWER, `${figure}>+10%`));
      for (const { verdict, row } of outcomes) {
        expect(row).toMatchObject({ interval: null, verdict: 'unknown', failed: false, undecided: true });
        expect(verdict.level).toBe('invalid');
        expect(verdict.sentence).toContain(`${figure} needs 10 independent frames beyond it and has `);
        expect(verdict.sentence).toMatch(seconds[figure]);
      }
    }
  });

  it('are not told to be below a limit, either, without a time line too', () => {
    const short = compared(1, VIEWER, VIEWER, 'p999>1s', { timeline: null });
    expect(short.verdict.level).toBe('invalid');
    expect(compared(1, MEASURED, MEASURED, 'p999>1s', { timeline: null }).verdict.level).toBe('pass');
  });

  it('pass when they are alike, and fail when they are slower, in the window that tells', () => {
    const levels = (slower: number) =>
      SEEDS.slice(0, 4).map((seed) => compared(seed, { ...MEASURED, slower }, MEASURED, 'p999>+10%').verdict.level);
    expect(levels(1).filter((level) => level === 'fail')).toEqual([]);
    expect(levels(1.5).filter((level) => level !== 'fail')).toEqual([]);
  });

  it('of many sessions that one stall made late together are not told', () => {
    const crowd = { framesPerSecond: 2000, seconds: 10, stalls: 1 };
    const outcomes = SEEDS.slice(0, 6).map((seed) => compared(seed, crowd, crowd, 'p999>+10%'));
    expect(outcomes.filter(({ verdict }) => verdict.level !== 'invalid')).toEqual([]);
    expect(outcomes[0]?.verdict.sentence).toContain('and has 1; at least');
  });

  it('of a maximum are told by repeated runs only, unless it is held against a value', () => {
    const { verdict } = compared(1, VIEWER, VIEWER, 'max>+10%');
    expect(verdict.sentence).toContain('nothing tells how sure a change of max is; 3 runs a side are needed');
    expect(compared(1, VIEWER, VIEWER, 'max>1ms').verdict.level).toBe('fail');
  });
});

describe('valuesBeyond', () => {
  it('is of the side with fewer', () => {
    expect(valuesBeyond(0.99, 1000)).toBeCloseTo(10);
    expect(valuesBeyond(0.1, 1000)).toBeCloseTo(100);
  });
});

describe('independentEvents', () => {
  it.each([
    ['all in one bucket', 24, [9, 9, 9, 9, 100, 9, 9, 9], 1.07],
    ['in every bucket', 24, [100, 99.95, 101, 120], 24],
    ['in half of the buckets', 24, [100, 9, 100, 9, null], 2.77],
    ['fewer than buckets hold', 2, [100, 100, 100, 9], 2],
    ['without a time line', 24, [], 24],
  ])('%s', (_name, beyond, greatest, events) => {
    expect(independentEvents(beyond, 100, greatest)).toBeCloseTo(events, 1);
  });
});

function compared(
  seed: number,
  b: Partial<DrawnRun>,
  a: Partial<DrawnRun>,
  condition: string,
  parts?: Partial<Subject>,
) {
  const run = (drawn: DrawnRun) => {
    const report = drawnReport(drawn);
    return runOfReport({ ...report, total: { ...(report.total as Subject), ...parts } }, `${drawn.seed}.json`);
  };
  const conditions = parseConditions(condition);
  const sides = { a: [run({ seed: 2 * seed, ...a })], b: [run({ seed: 2 * seed + 1, ...b })] };
  const { rows } = compareRuns(sides, conditions);
  const row = rows.find((each) => each.row.figure === conditions[0]?.figure)?.row;
  return { row, verdict: verdictOf(rows, conditions) };
}
