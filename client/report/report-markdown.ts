import { markdownText, markdownTable } from './markdown-text.js';
import type { Headline, ReportPage, Section, TableSection } from './page.js';
import { percentileTable } from './percentile-table.js';
import type { RunReport } from './run-report-schema.js';

/** A pull request is no place for a table of a thousand sessions, nor for twenty columns. */
const MAX_ROWS = 20;
const MAX_COLUMNS = 10;

const VERDICT_WORDS: Readonly<Record<RunReport['verdict']['level'], string>> = {
  pass: 'Pass',
  fail: 'Fail',
  invalid: 'Invalid',
  done: 'Done',
};

/** The report as Markdown for a pull request or a wiki: verdict, figures, tables and findings; charts are in the HTML. */
export function reportMarkdown({ title, verdict, headlines, sections }: ReportPage): string {
  const blocks = [
    `## ${markdownText(title)}`,
    `**${VERDICT_WORDS[verdict.level]}**: ${markdownText(verdict.sentence)}`,
    ...headlineTable(headlines),
    ...sections.flatMap(sectionBlocks),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headlineTable(headlines: readonly Headline[]): string[] {
  if (headlines.length === 0) return [];
  const columns = [
    { label: 'Figure', align: 'left' },
    { label: 'Value', align: 'right' },
    { label: '', align: 'left' },
  ] as const;
  return [
    markdownTable(
      columns,
      headlines.map(({ label, value, note }) => [label, value, note ?? '']),
    ),
  ];
}

function sectionBlocks(section: Section): string[] {
  const heading = `### ${markdownText(section.title)}`;
  switch (section.kind) {
    case 'table':
      return tableBlocks(section);
    case 'curves':
      return tableBlocks({ ...percentileTable(section), note: '' });
    case 'findings':
      return [
        heading,
        section.findings
          .map(({ severity, sentence, figures }) => {
            const from = figures.length > 0 ? ` (${markdownText(figures.join('; '))})` : '';
            return `- **${severity}**: ${markdownText(sentence)}${from}`;
          })
          .join('\n'),
      ];
    case 'facts': {
      const facts = section.facts.map(({ name, value }) => `- ${markdownText(name)}: ${markdownText(value)}`);
      return [`<details><summary>${markdownText(section.title)}</summary>`, facts.join('\n'), '</details>'];
    }
    case 'waterfall':
    case 'outages':
    case 'time series':
    case 'heat map':
      return [];
  }
}

function tableBlocks({ title, note, columns, rows, briefRows }: TableSection): string[] {
  const shown = rows.slice(0, briefRows ?? MAX_ROWS);
  const sentences = note === '' ? [] : [markdownText(note)];
  const head = [`### ${markdownText(title)}`, ...sentences];
  if (shown.length === 0) return sentences.length === 0 ? [] : head;
  const kept = columns.slice(0, MAX_COLUMNS);
  const table = markdownTable(
    kept,
    shown.map((cells) => cells.slice(0, MAX_COLUMNS).map(({ text }) => text)),
  );
  const rest = rows.length - shown.length;
  return [
    ...head,
    table,
    ...(rest > 0 && briefRows === undefined ? [`${rest} more rows are in the other formats.`] : []),
  ];
}
