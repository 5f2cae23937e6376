/** A table of figures; the first column names the rows, all others are numbers and stand to the right. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What stands where nothing was measured. */
export const NOTHING = '-';

/** The table as lines of text, columns aligned. */
export function formatTable({ title, head, rows }: Table): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => pad(cells[column] ?? '', width, column))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [title, line(head), rule, ...rows.map(line)].map((text) => `  ${text}`).join('\n');
}

/** A number for a table cell, with `digits` after the point and a comma between thousands. */
export function cell(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Microseconds as milliseconds for a table cell. */
export function milliseconds(us: number | null | undefined, digits = 2): string {
  return cell(us === null || us === undefined ? null : us / 1000, digits);
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
