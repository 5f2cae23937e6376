import { changeText, figureText } from '../report/change-text.js';
import type { RunReport } from '../report/run-report-schema.js';
import { CAPACITY_FIGURE } from './compare-figures.js';
import type { CompareRow, JudgedRow } from './compare-row.js';
import type { Condition } from './condition.js';

/** More names make no sentence. */
const MAX_NAMED = 4;

/** What comes of a comparison: of its conditions, where there are any, else of its figures. */
export function verdictOf(rows: readonly JudgedRow[], conditions: readonly Condition[]): RunReport['verdict'] {
  const undecided = rows.flatMap(({ row, undecided: unknown }) =>
    unknown.map(({ text, why }) => `${text} (${row.subject}: ${why})`),
  );
  const known = new Set(rows.flatMap(({ row }) => (row.condition === null ? [] : [row.figure])));
  const missing = conditions.filter(({ figure }) => !known.has(figure)).map(missingText);
  const failed = rows.filter(({ row }) => row.failed).map(({ row }) => failedText(row));
  if (failed.length > 0) return { level: 'fail', sentence: `Failed: ${failed.join('; ')}.` };
  if (undecided.length + missing.length > 0) {
    return { level: 'invalid', sentence: `Cannot tell whether ${[...undecided, ...missing].join(', nor whether ')}.` };
  }
  const figures = rows.map(({ row }) => row);
  if (conditions.length === 0) return { level: 'done', sentence: `B against A: ${summaryOf(figures)}.` };
  const texts = conditions.map(({ text }) => text).join(', ');
  return { level: 'pass', sentence: `Passed: nothing shows that ${texts} holds. B against A: ${summaryOf(figures)}.` };
}

/** A figure that was not even compared. */
function missingText({ text, figure }: Condition): string {
  return figure === CAPACITY_FIGURE.name
    ? `${text} (only runs of capacity have one)`
    : `${text} (runs of capacity are compared by what they found only)`;
}

function failedText(row: CompareRow): string {
  const { condition, subject, unit, a, b, change } = row;
  const values = `${figureText(unit, a)} became ${figureText(unit, b)}`;
  return `${condition ?? ''} (${subject}: ${values}${change === null ? '' : `, ${changeText(row)}`})`;
}

function summaryOf(rows: readonly CompareRow[]): string {
  // What the total says its parts say again.
  const own = rows.filter(({ subject }) => subject === rows[0]?.subject);
  const named = (verdict: CompareRow['verdict']) => namesOf(own.filter((row) => row.verdict === verdict));
  const count = (verdict: CompareRow['verdict']) => own.filter((row) => row.verdict === verdict).length;
  const parts = [
    count('worse') > 0 ? `worse in ${named('worse')}` : '',
    count('better') > 0 ? `better in ${named('better')}` : '',
    count('changed') > 0 ? `changed in ${named('changed')}` : '',
    count('same') > 0 ? `the same in ${count('same')} figures` : '',
    count('unknown') > 0 ? `not to be told in ${count('unknown')}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ') || 'no figure is in both';
}

function namesOf(rows: readonly CompareRow[]): string {
  const shown = rows.slice(0, MAX_NAMED).map((row) => `${row.figure} (${changeText(row)})`);
  return rows.length > MAX_NAMED ? `${shown.join(', ')} and ${rows.length - MAX_NAMED} more` : shown.join(', ');
}
