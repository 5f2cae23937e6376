import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../../client/report/page-of.js';
import { pageText } from '../../../../client/report/page-text.js';
import type { ReportPage } from '../../../../client/report/page.js';
import { loadReport, reportsOfEveryKind } from '../../../helpers/sample-reports.js';

describe('pageText', () => {
  it('says the verdict, the title, the figures, the findings and the tables, in this order', () => {
    expect(pageText(PAGE, 80)).toBe(`FAIL  It was too late.
Load: 2 sessions

latency p99  12.4 ms ± 0.3 ms  clock error at most 300 µs
lost         3

WARNING  Look at the server, whose processor was busy for nearly all of the time
  that this took.
  (server: CPU 98 %)

Sessions
A note.
Name   p99
a?    9 ms
b
`);
  });

  it('does not cut what has to be read in whole', () => {
    const name = 'Delay of the generator against the latency (p99)';
    const rows = [[{ text: name }, { text: '9 ms' }]];
    const shown = (isWhole: boolean) => {
      const columns = [
        { label: 'Check', align: 'left' as const, isWhole },
        { label: 'p99', align: 'right' as const },
      ];
      return pageText({ ...PAGE, sections: [{ ...TABLE, columns, rows }] }, 80);
    };
    expect(shown(true)).toContain(`${name}  9 ms`);
    expect(shown(false)).not.toContain(name);
  });

  it('shows the ten worst of many, and says how many more there are', () => {
    const rows = Array.from({ length: 25 }, (_, n) => [{ text: `row ${n}` }]);
    const text = pageText({ ...PAGE, sections: [{ ...TABLE, rows }] }, 80);
    expect(text).toContain('row 9\n… and 15 more: --report FILE.html has them all');
    expect(text).not.toContain('row 10');
  });

  it.each([60, 80, 132])('keeps to %i columns, whatever is in the report', (columns) => {
    for (const report of reportsOfEveryKind()) {
      const lines = pageText(pageOf(report), columns).split('\n');
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('has no escape sequence of a name in it', () => {
    const report = loadReport({ sessions: 2, seconds: 5 });
    const subjects = report.subjects.map((subject) => ({ ...subject, name: `\u001b[2J\u202e${subject.name}\n` }));
    // eslint-disable-next-line no-control-regex -- that there is none is the point
    expect(pageText(pageOf({ ...report, subjects }), 80)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

const TABLE = {
  kind: 'table',
  id: 'sessions',
  title: 'Sessions',
  note: 'A note.',
  columns: [
    { label: 'Name', align: 'left' },
    { label: 'p99', align: 'right' },
  ],
  rows: [
    [{ text: 'a\u0007' }, { text: '9 ms', sortValue: 9000 }],
    [{ text: 'b' }, { text: '' }],
  ],
} as const;

const PAGE: ReportPage = {
  title: 'Load: 2 sessions',
  verdict: { level: 'fail', sentence: 'It was too late.' },
  headlines: [
    { label: 'latency p99', value: '12.4 ms ± 0.3 ms', note: 'clock error at most 300 µs' },
    { label: 'lost', value: '3', note: null },
  ],
  sections: [
    {
      kind: 'findings',
      id: 'findings',
      title: 'Findings',
      note: '',
      findings: [
        {
          severity: 'warning',
          sentence: 'Look at the server, whose processor was busy for nearly all of the time that this took.',
          figures: ['server: CPU 98 %'],
        },
      ],
    },
    TABLE,
  ],
};
