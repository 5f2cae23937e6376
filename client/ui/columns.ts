import type { Glyphs } from './glyphs.js';

/** Size of a panel's inside, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Columns side by side, one cell wide each, as `rows` lines of text from top to bottom. A value of `max` fills its
 * column, more is cut there; what is above zero shows at least the smallest step. Null leaves a gap.
 */
export function columnLines(values: readonly (number | null)[], rows: number, max: number, glyphs: Glyphs): string[] {
  const steps = glyphs.vertical.length - 1;
  const heights = values.map((value) => heightOf(value, max, rows * steps));
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * steps;
    return heights.map((height) => glyphs.vertical[Math.max(0, Math.min(steps, height - below))] ?? ' ').join('');
  });
}

/**
 * The newest `width` values as one line, scaled so that `max` (or the greatest value, if that is more) is highest. The
 * newest stands at the right edge; values equal to each other give a line of equal height.
 */
export function sparkline(values: readonly (number | null)[], width: number, max: number, glyphs: Glyphs): string {
  if (width <= 0) return '';
  const newest = values.slice(-width);
  const highest = newest.reduce<number>((greatest, value) => Math.max(greatest, value ?? 0), max);
  const steps = glyphs.vertical.length - 1;
  // Where the steps are fine, the last one stays free, so that sparklines one under the other do not touch.
  const top = steps > 4 ? (highest * steps) / (steps - 1) : highest;
  return (columnLines(newest, 1, top, glyphs)[0] ?? '').padStart(width);
}

function heightOf(value: number | null, max: number, fullHeight: number): number {
  if (value === null || !(value > 0) || !(max > 0)) return 0;
  return Math.max(1, Math.min(fullHeight, Math.round((value / max) * fullHeight)));
}
