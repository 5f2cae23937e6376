import { shownText } from './shown-text.js';
/** What stands in a cell; null is empty. */
export type CsvValue = string | number | null;

/** Cells by the names of their columns, in the order of those. */
export type CsvColumns<Row> = Readonly<Record<string, (row: Row) => CsvValue>>;

/**
 * A table as comma-separated values (RFC 4180): a header, and a line for each row. A text is on one line and has no control
 * characters; one that a spreadsheet would take for a formula begins with an apostrophe.
 */
export function csvText<Row>(columns: CsvColumns<Row>, rows: readonly Row[]): string {
  const lines = rows.map((row) => Object.values(columns).map((valueOf) => field(valueOf(row))));
  return [Object.keys(columns), ...lines].map((fields) => `${fields.join(',')}\r\n`).join('');
}

/** What makes a cell a formula (OWASP, "CSV Injection"), also behind spaces; names come from the network. */
const FORMULA = /^ *[=+\-@|%]/;

function field(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const shown = shownText(value);
  const text = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
