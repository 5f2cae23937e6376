import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../../client/compare/compare-runs.js';
import { parseConditions } from '../../../../client/compare/condition.js';
import { runOfReport } from '../../../../client/compare/read-runs.js';
import type { RunReport } from '../../../../client/report/run-report-schema.js';
import { drawnReport } from '../../../helpers/compared-runs.js';

describe('lost frames of which only some sessions can tell', () => {
  it.each([
    ['lost>0', true, undefined],
    ['lost>50%', false, true],
  ])('%s: failed %s, undecided %s', (condition, failed, undecided) => {
    const report = drawnReport({ seed: 1, seconds: 10 });
    const row = lostRow(report, withLost(report, 30), condition);
    expect(row).toMatchObject({ verdict: 'unknown', change: null, failed });
    expect(row?.undecided).toBe(undecided);
  });

  it('are not known where none is', () => {
    const report = drawnReport({ seed: 1, seconds: 10 });
    expect(lostRow(report, withLost(report, 0), 'lost>0')).toMatchObject({ b: null, failed: false, undecided: true });
  });
});

function lostRow(a: RunReport, b: RunReport, condition: string) {
  const [before, after] = [runOfReport(a, 'a.json'), runOfReport(b, 'b.json')];
  if (!before || !after) throw new Error('both are runs');
  const { rows } = compareRuns({ a: [before], b: [after] }, parseConditions(condition));
  return rows.map(({ row }) => row).find(({ figure, subject }) => figure === 'lost' && subject === 'total');
}

function withLost(report: RunReport, lost: number): RunReport {
  if (!report.total) throw new Error('it has a total');
  const total = { ...report.total, canTellLost: false, frames: { ...report.total.frames, lost } };
  return { ...report, total };
}
