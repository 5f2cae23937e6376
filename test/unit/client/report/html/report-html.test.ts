import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../../../../client/report/html/report-html.js';
import { pageOf } from '../../../../../client/report/page-of.js';
import { runReportSchema, type RunReport } from '../../../../../client/report/run-report-schema.js';
import { emptyRunReport } from '../../../../helpers/empty-run-report.js';
import { benchReport, invalidReport, loadReport, reportsOfEveryKind } from '../../../../helpers/sample-reports.js';

const REPORTS = reportsOfEveryKind();
const ELEMENTS =
  'html head meta title style body header main footer div h1 h2 p strong nav ul li a section dl dt dd table thead tbody tr th td ' +
  'details summary code span script svg text line path rect';

describe('reportHtml', () => {
  it('says the verdict before everything else', () => {
    const markup = htmlOf(invalidReport());
    expect(markup).toContain('<strong>Invalid</strong>');
    expect(markup.indexOf('class="verdict invalid"')).toBeLessThan(markup.indexOf('class="figures"'));
  });

  it('allows exactly its own script and style', () => {
    const markup = htmlOf(loadReport());
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(markup)?.[1]?.replaceAll('&#39;', "'") ?? '';
    expect(policy).toContain("default-src 'none'");
    for (const element of ['style', 'script']) {
      const [, text = ''] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(markup) ?? [];
      const hash = createHash('sha256').update(text).digest('base64');
      expect(policy).toContain(`${element}-src 'sha256-${hash}'`);
    }
  });

  it('asks for nothing from elsewhere, and has no style or handler of its own in an attribute', () => {
    for (const report of REPORTS) {
      const markup = htmlOf(report);
      expect(markup).not.toMatch(/<[^>]*\s(?:src|href="(?!#)|style|on\w+)=/i);
      expect(markup).not.toMatch(/@import|url\(/);
    }
  });

  it('has every chart as a table, and a sentence for it', () => {
    const markup = htmlOf(benchReport());
    const charts = markup.match(/<svg\s+class="plot"/g)?.length ?? 0;
    expect(charts).toBeGreaterThan(4);
    expect(markup.match(/<table class="data reading">/g)).toHaveLength(charts);
    expect(markup.match(/role="img"\s+tabindex="0"\s+aria-label="[^"]{10,}"/g)).toHaveLength(charts);
  });

  it('can show a report in which nothing was measured', () => {
    expect(htmlOf(emptyRunReport())).toContain('Nothing was measured.');
  });

  it('holds no figure that is none', () => {
    for (const report of [...REPORTS, emptyRunReport()])
      expect(htmlOf(report).replace(/<(script|code)>.*?<\/\1>/gs, '')).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it('stays small for a thousand sessions of five minutes', () => {
    expect(htmlOf(loadReport({ sessions: 1000, seconds: 300 })).length).toBeLessThan(2_500_000);
  });

  it.each([
    '</script><script>alert(1)</script>',
    '</style></title></svg><img src=x onerror=alert(1)>',
    '" onfocus="alert(1)" autofocus="',
    "' onload='alert(1)",
    '<!--',
    ']]>',
    '\u202egnp.exe\u2066',
    '${alert(1)}`',
    '&lt;script&gt;',
  ])('takes %j for a text wherever it stands', (hostile) => {
    for (const report of REPORTS) expectSafe(htmlOf(withTexts(report, () => hostile)));
  });

  it('takes any text for a text wherever it stands', () => {
    const report = loadReport({ sessions: 2, seconds: 3 });
    const special = fc.constantFrom('<', '>', '"', "'", '&', '`', '</', '<!--', '\u202e', '\ud800', '\u0000', '=');
    const text = fc.array(fc.oneof(special, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 });
    fc.assert(
      fc.property(text, (parts) => expectSafe(htmlOf(withTexts(report, () => parts.join(''))))),
      { numRuns: 40 },
    );
  });
});

function htmlOf(report: RunReport): string {
  return reportHtml(pageOf(report), report);
}

/** The same report, with every text that may come from a network replaced. */
function withTexts(report: RunReport, textFor: (text: string) => string): RunReport {
  const KEPT = /^(?:schema|kind|level|state|severity|latencySource|startedAt|phase|end|verdict|unit|values|negative)$/;
  const replaced = JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    typeof value === 'string' && !KEPT.test(key) ? textFor(value) : value,
  ) as RunReport;
  return runReportSchema.parse({ ...replaced, details: { ...replaced.details, kind: report.kind } });
}

/** Only elements and attributes that we wrote are left, every one of them closed, and one script. */
function expectSafe(markup: string): void {
  const [, text = ''] = /<script>(.*?)<\/script>/s.exec(markup) ?? [];
  const body = markup.replace(text, '').replace(/<style>.*?<\/style>/s, '');
  const allowed = new Set(ELEMENTS.split(' '));
  const tags = body.replace('<!doctype html>', '').match(/<[^>]*>?/g) ?? [];
  for (const tag of tags) {
    const [, name = ''] = /^<\/?([a-z0-9]+)(?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*\s*\/?>$/.exec(tag) ?? [];
    if (!allowed.has(name)) throw new Error(`a tag that we did not write: ${tag.slice(0, 200)}`);
    if (/\son\w+=|\sautofocus/.test(tag.replace(/"[^"]*"/g, '""'))) throw new Error(`a handler: ${tag.slice(0, 200)}`);
  }
  expect(tags.filter((tag) => tag === '<script>')).toHaveLength(1);
  expect(body).not.toMatch(/[\u202a-\u202e\u2066-\u2069\p{Cs}]/u);
}
