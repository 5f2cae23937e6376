import { safeText } from '../ui/text.js';
import type { TableCell, TableColumn } from './page.js';

const GAP = '  ';
/** A name that is longer is cut, so that figures stay on the screen. */
const MAX_CELL = 28;

/** A table as lines of at most `width` cells; of its columns those that fit, from the left. */
export function tableText(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  width: number,
): string[] {
  const lines = [
    columns.map(({ label }) => safeText(label)),
    ...rows.map((cells) => cells.map(({ text }, column) => (columns[column]?.isWhole ? safeText(text) : short(text)))),
  ];
  const widths = columns.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const fitting = fittingColumns(widths, width);
  return lines.map((cells) =>
    widths
      .slice(0, fitting)
      .map((size, column) => {
        const cell = cells[column] ?? '';
        return columns[column]?.align === 'right' ? cell.padStart(size) : cell.padEnd(size);
      })
      .join(GAP)
      .trimEnd(),
  );
}

function fittingColumns(widths: readonly number[], width: number): number {
  let used = -GAP.length;
  const tooMany = widths.findIndex((size) => (used += GAP.length + size) > width);
  return Math.max(1, tooMany < 0 ? widths.length : tooMany);
}

function short(text: string): string {
  const shown = safeText(text);
  return shown.length > MAX_CELL ? `${shown.slice(0, MAX_CELL - 3)}...` : shown;
}
