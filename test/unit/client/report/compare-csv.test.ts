import { describe, expect, it } from 'vitest';
import { reportCsv } from '../../../../client/report/report-csv.js';
import { reportsOfEveryKind } from '../../../helpers/sample-reports.js';

describe('the CSV of a comparison', () => {
  it('has a line for each figure, with the change, its interval, the verdict and the condition', () => {
    const report = reportsOfEveryKind().find(({ kind }) => kind === 'compare');
    if (report?.details.kind !== 'compare') throw new Error('there is no sample of a comparison');
    const [row] = report.details.rows;
    if (!row) throw new Error('the sample has no row');
    const states = [
      row,
      { ...row, failed: false },
      { ...row, failed: false, undecided: true, interval: null, change: null },
      { ...row, failed: false, condition: null },
    ];
    const lines = reportCsv({ ...report, details: { ...report.details, rows: states } }).split('\r\n');
    expect(lines).toEqual([
      'subject,figure,unit,a,b,change,changeLow,changeHigh,verdict,condition,conditionState',
      'all sessions,p99,us,16000,18400,0.15,0.12,0.18,worse,p99>+10%,failed',
      'all sessions,p99,us,16000,18400,0.15,0.12,0.18,worse,p99>+10%,not shown',
      'all sessions,p99,us,16000,18400,,,,worse,p99>+10%,cannot tell',
      'all sessions,p99,us,16000,18400,0.15,0.12,0.18,worse,,',
      '',
    ]);
  });
});
