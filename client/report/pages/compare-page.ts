import { changeText, figureText, intervalText, percent } from '../change-text.js';
import type { FactsSection, Headline, ReportPage, TableCell, TableSection } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport } from '../run-report-schema.js';
import { curvesSection } from '../sections/curves-section.js';
import { environmentSection } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { present } from '../sections/present.js';

type Row = DetailsOf<'compare'>['rows'][number];

const TONES = { worse: 'bad', better: 'good', changed: undefined, same: undefined, unknown: 'warning' } as const;
/** The figures that answer most questions, as far as they are there. */
const HEADLINES = ['p99', 'p50', 'age', 'lost', 'fps', 'capacity'];
const NOTE =
  'Worse and better: for sure (95 %), and large enough to matter. Same: too small to matter. Unknown: these runs cannot ' +
  'tell. Intervals hold the error of both clocks.';

/** The page of a run of `compare`: rows side by side, and the curves of both sides over one another. */
export function comparePage(report: RunReport, details: DetailsOf<'compare'>): ReportPage {
  const { verdict, subjects, findings, validity } = report;
  return {
    title: 'Compare: B against A',
    verdict,
    headlines: headlinesOf(details.rows),
    sections: present(
      rowsSection(details.rows, validity.trust),
      findingsSection(findings),
      curvesSection(subjects, { title: 'Latency of both sides by percentile' }),
      runsSection(details, validity.reasons),
      environmentSection(report.provenance),
    ),
  };
}

function headlinesOf(rows: readonly Row[]): Headline[] {
  const own = rows.filter(({ subject }) => subject === rows[0]?.subject);
  return HEADLINES.flatMap((figure) => own.find((row) => row.figure === figure) ?? []).map((row) => ({
    label: row.figure,
    value: row.change === null ? figureText(row.unit, row.b) : percent(row.change),
    note: `${row.verdict}: ${figureText(row.unit, row.a)} became ${figureText(row.unit, row.b)}`,
  }));
}

/** Of one subject its name stands on top, so that both sides and the interval fit into 80 columns. */
function rowsSection(rows: readonly Row[], trust: string): TableSection {
  const [name = '', ...others] = new Set(rows.map(({ subject }) => subject));
  const isOne = others.length === 0;
  return {
    kind: 'table',
    id: 'figures',
    title: isOne ? `Figures side by side: ${name}` : 'Figures side by side',
    note: `${NOTE} ${trust}`,
    columns: [
      ...(isOne ? [] : [{ label: 'Subject', align: 'left' } as const]),
      { label: 'Figure', align: 'left' },
      { label: 'Verdict', align: 'left' },
      { label: 'A', align: 'right' },
      { label: 'B', align: 'right' },
      { label: 'Change', align: 'right' },
      { label: '95 % of the change', align: 'right' },
      { label: 'Condition', align: 'left' },
    ],
    rows: rows.map((row) => [...(isOne ? [] : [{ text: row.subject }]), ...rowCells(row)]),
    // Whoever looks for a figure finds it.
    ...(isOne && { briefRows: rows.length }),
  };
}

function rowCells(row: Row): TableCell[] {
  const { figure, unit, a, b, change, interval, verdict } = row;
  const tone = TONES[verdict];
  return [
    { text: figure },
    { text: verdict, ...(tone !== undefined && { tone }) },
    { text: figureText(unit, a), sortValue: a },
    { text: figureText(unit, b), sortValue: b },
    { text: change === null ? changeText(row) : percent(change), sortValue: change },
    { text: intervalText(interval), sortValue: interval?.low ?? null },
    conditionCell(row),
  ];
}

function conditionCell({ condition, failed, undecided }: Row): TableCell {
  if (condition === null) return { text: '' };
  if (failed) return { text: `${condition}: failed`, tone: 'bad' };
  return undecided === true
    ? { text: `${condition}: cannot tell`, tone: 'warning' }
    : { text: `${condition}: not shown`, tone: 'good' };
}

function runsSection({ runs, unlike }: DetailsOf<'compare'>, invalid: readonly string[]): FactsSection {
  const files = runs.map(({ name, files: names, startedAt }) => ({
    name: `${name}, begun ${startedAt}`,
    value: names.join(', '),
  }));
  const differences = unlike.map((value) => ({ name: 'Unlike', value }));
  const reasons = invalid.map((value) => ({ name: 'Invalid', value }));
  return { kind: 'facts', id: 'runs', title: 'Runs', note: '', facts: [...files, ...differences, ...reasons] };
}
