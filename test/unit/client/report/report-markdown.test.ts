import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../../client/report/page-of.js';
import { reportMarkdown } from '../../../../client/report/report-markdown.js';
import { invalidReport, loadReport, reportsOfEveryKind } from '../../../helpers/sample-reports.js';

/** What GitHub takes as one comment. */
const MAX_COMMENT = 65_536;

describe('reportMarkdown', () => {
  it('says the verdict first, then the figures', () => {
    const lines = reportMarkdown(pageOf(invalidReport())).split('\n');
    expect(lines[0]).toBe('## Load: 3 sessions against 1 target');
    expect(lines[2]).toMatch(/^\*\*Invalid\*\*: The event loop of worker 1 was late/);
    expect(lines[4]).toBe('| Figure | Value |  |');
    expect(lines[6]).toMatch(/^\| latency p99 \| .* ± .* \| clock error at most 300 µs \|$/);
  });

  it('has what was delivered and lost beside the percentiles', () => {
    const markdown = reportMarkdown(pageOf(loadReport()));
    expect(markdown).toContain('| Curve | Delivered | Lost | p50 | p90 | p99 | p99.9 | max | ± error |');
    expect(markdown).toMatch(/\| all sessions \| 21,360 \| 240 \| 11\.7 ms \|/);
  });

  it('fits into a comment, also of a thousand sessions', () => {
    const markdown = reportMarkdown(pageOf(loadReport({ sessions: 1000, seconds: 5 })));
    expect(markdown.length).toBeLessThan(MAX_COMMENT / 4);
    expect(markdown).toContain('980 more rows are in the other formats.');
  });

  it('has a page for every kind of run', () => {
    for (const report of reportsOfEveryKind()) {
      const markdown = reportMarkdown(pageOf(report));
      expect(markdown).toContain(report.verdict.sentence.slice(0, 12));
      expect(markdown).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});
