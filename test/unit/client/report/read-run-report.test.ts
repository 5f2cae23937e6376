import { describe, expect, it } from 'vitest';
import { readRunReport } from '../../../../client/report/read-run-report.js';
import { errorOf } from '../../../helpers/error-of.js';
import { loadReport } from '../../../helpers/sample-reports.js';

describe('readRunReport', () => {
  it('reads what was written, and leaves out what it does not know', () => {
    const report = loadReport({ sessions: 2, seconds: 5 });
    expect(readRunReport(JSON.stringify({ ...report, later: 1 }), 'a.json')).toEqual(report);
  });

  it.each([
    ['no JSON', '{"schema"', 'a.json is no report of a run (it is no JSON)'],
    ['another thing', '[]', 'it is no frame-streamer/run-report/1'],
    ['null', 'null', 'it is no frame-streamer/run-report/1'],
    ['another version', JSON.stringify({ ...loadReport(), schema: 'frame-streamer/run-report/9' }), '(schema: '],
    ['a wrong figure', JSON.stringify({ ...loadReport(), total: 3 }), '(total: '],
  ])('refuses %s', (_, text, words) => {
    expect(errorOf(() => readRunReport(text, 'a.json'))).toMatchObject({
      code: 'BAD_REPORT',
      message: expect.stringContaining(words),
    });
  });
});
