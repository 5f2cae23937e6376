import type { Glyphs } from './glyphs.js';
import type { ProgressPage } from './progress.js';
import { safeText, shortened } from './text.js';

type Table = NonNullable<ProgressPage['table']>;

const GAP = '  ';
const MAX_COLUMN_CELLS = 28;
/** The first column names the row, so it may take more; a last one of words takes what is left. */
const MAX_NAME_CELLS = 40;
/** Less than this of a text says nothing. */
const MIN_TEXT_CELLS = 8;

/** A table as lines of at most `columns` cells: its heading, then every row. */
export interface TableLines {
  readonly heading: string;
  readonly rows: readonly string[];
}

/** Lays `table` out; columns that find no room are left out from the right, and a last one of words is cut. */
export function tableLines(table: Table, columns: number, glyphs: Glyphs): TableLines {
  const rows = table.rows.map((row) => row.map(safeText));
  const widths = fittingWidths(table, rows, columns);
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, index) => {
        const text = shortened(cells[index] ?? '', width, glyphs);
        return table.columns[index]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  return { heading: line(table.columns.map(({ label }) => label)), rows: rows.map(line) };
}

function fittingWidths(table: Table, rows: readonly (readonly string[])[], columns: number): number[] {
  const widths: number[] = [];
  let room = columns;
  for (const [index, { label, align }] of table.columns.entries()) {
    const longest = Math.max(label.length, ...rows.map((row) => row[index]?.length ?? 0));
    const isLast = index === table.columns.length - 1;
    const most = index === 0 ? MAX_NAME_CELLS : isLast ? Infinity : MAX_COLUMN_CELLS;
    const wanted = Math.min(longest, most);
    const left = room - (index === 0 ? 0 : GAP.length);
    if (wanted > left) {
      if (align === 'left' && left >= MIN_TEXT_CELLS) widths.push(left);
      return widths;
    }
    widths.push(wanted);
    room = left - wanted;
  }
  return widths;
}
