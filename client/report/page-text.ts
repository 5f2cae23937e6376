import { NOTHING } from '../../shared/units.js';
import { safeText } from '../ui/text.js';
import type { Headline, ReportPage, Section, TableSection, WaterfallSection } from './page.js';
import { percentileTable } from './percentile-table.js';
import { tableText } from './table-text.js';
import { unitText } from './unit-text.js';
import { wrapped } from './wrapped.js';

const MAX_ROWS = 10;
const MIN_COLUMNS = 60;

/** The report for a terminal of `columns`: the verdict first, then the figures that answer the question of the run. */
export function pageText({ title, verdict, headlines, sections }: ReportPage, columns: number): string {
  const width = Math.max(MIN_COLUMNS, columns);
  const blocks = [
    [
      ...wrapped(`${verdict.level.toUpperCase()}  ${safeText(verdict.sentence)}`, width, '  '),
      ...wrapped(safeText(title), width, '  '),
    ],
    headlineLines(headlines, width),
    ...sections.map((section) => sectionLines(section, width)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headlineLines(headlines: readonly Headline[], width: number): string[] {
  const labels = Math.max(0, ...headlines.map(({ label }) => safeText(label).length));
  const values = Math.max(0, ...headlines.map(({ value }) => safeText(value).length));
  return headlines.flatMap(({ label, value, note }) => {
    const figure = `${safeText(label).padEnd(labels)}  ${safeText(value).padEnd(note === null ? 0 : values)}`;
    return note === null ? [figure] : behind(`${figure}  `, safeText(note), width);
  });
}

function sectionLines(section: Section, width: number): string[] {
  switch (section.kind) {
    case 'table':
      return tableLines(section, width);
    case 'curves':
      return tableLines({ ...percentileTable(section), note: '' }, width);
    case 'waterfall':
      return waterfallLines(section, width);
    case 'findings':
      return section.findings.flatMap(({ severity, sentence, figures }) => [
        ...wrapped(`${severity.toUpperCase()}  ${safeText(sentence)}`, width, '  '),
        ...(figures.length === 0 ? [] : wrapped(`  (${safeText(figures.join('; '))})`, width, '   ')),
      ]);
    case 'facts':
    case 'outages':
    case 'time series':
    case 'heat map':
      return [];
  }
}

function tableLines({ title, note, columns, rows, briefRows }: TableSection, width: number): string[] {
  const shown = rows.slice(0, briefRows ?? MAX_ROWS);
  const rest = rows.length - shown.length;
  const sentences = note === '' ? [] : wrapped(safeText(note), width, '');
  if (shown.length === 0) return sentences.length === 0 ? [] : [safeText(title), ...sentences];
  const more = rest > 0 && briefRows === undefined ? [`… and ${rest} more: --report FILE.html has them all`] : [];
  return [safeText(title), ...sentences, ...tableText(columns, shown, width), ...more];
}

function waterfallLines({ title, stages }: WaterfallSection, width: number): string[] {
  const words = stages.map(({ name, p50Us, p99Us }) => {
    const most = p99Us === null ? '' : ` (p99 ${unitText('us', p99Us)})`;
    return `${name} ${unitText('us', p50Us)}${most}`;
  });
  return wrapped(`${safeText(title)}, p50: ${words.join(', ') || NOTHING}`, width, '  ');
}

/** `text` behind `start`, its further lines below its beginning where there is room for that. */
function behind(start: string, text: string, width: number): string[] {
  const room = width - start.length;
  if (room < 40) return [start.trimEnd(), ...wrapped(text, width - 2, '').map((line) => `  ${line}`)];
  const [first = '', ...others] = wrapped(text, room, '');
  return [start + first, ...others.map((line) => ' '.repeat(start.length) + line)];
}
