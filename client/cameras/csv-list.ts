import { listError } from './list-error.js';

const SEPARATORS = [',', ';', '\t'] as const;
const MAX_COLUMNS = 1000;

/**
 * The rows of a CSV file (RFC 4180, with comma, semicolon or tab) whose first line names the columns. A row with fewer
 * columns has no value in the rest.
 *
 * @throws {StreamerError} CAMERA_LIST_INVALID for a quote that does not end, or too many columns.
 */
export function parseCsv(text: string, where: string): Readonly<Record<string, string>>[] {
  const [names = [], ...rows] = rowsOf(text, separatorOf(text), where);
  const columns = names.map((name) => name.trim());
  return rows.map((row) => {
    const fields = row.slice(0, columns.length).map((field, column) => [columns[column] ?? '', field] as const);
    // Without a prototype, and so without fields that no column has.
    return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(fields));
  });
}

/** The one that stands most often in the first line. */
function separatorOf(text: string): string {
  const [line = ''] = text.split(/[\r\n]/, 1);
  const counted = SEPARATORS.map((separator) => ({ separator, count: line.split(separator).length }));
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).separator;
}

/** Empty lines are left out. */
function rowsOf(text: string, separator: string, where: string): string[][] {
  const rows: string[][] = [];
  const special = new RegExp(`["\\r\\n${separator}]`, 'g');
  let row: string[] = [];
  let value = '';
  let at = 0;
  const endRow = () => {
    row.push(value);
    if (row.length > 1 || value.trim() !== '') rows.push(row);
    row = [];
    value = '';
  };
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') {
      endRow();
      at += text.startsWith('\r\n', at) ? 2 : 1;
    } else if (character === separator) {
      if (row.push(value) >= MAX_COLUMNS) throw listError(`${where} has more than ${MAX_COLUMNS} columns.`);
      value = '';
      at += 1;
    } else if (character === '"') {
      const quoted = quotedAt(text, at);
      if (!quoted) throw listError(`${where}: a quote in row ${rows.length + 1} does not end.`);
      value += quoted.value;
      at = quoted.end;
    } else {
      special.lastIndex = at;
      const end = special.exec(text)?.index ?? text.length;
      value += text.slice(at, end);
      at = end;
    }
  }
  endRow();
  return rows;
}

/** What stands between the quote at `start` and the one that ends it; two of them inside stand for one. */
function quotedAt(text: string, start: number): { value: string; end: number } | null {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end === -1 ? null : { value: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
}
