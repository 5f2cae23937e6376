import type { SecondFigures } from '../metrics/snapshot.js';
import { chartFrame, rowOf, type ChartFrame } from './chart-frame.js';
import { columnLines, type Size } from './columns.js';
import type { Glyphs } from './glyphs.js';

/** Latency over time as text: what `LatencyChart` is for terminals that have no Braille. */
export interface LatencyColumns {
  /** Lines of exactly the asked width, from top to bottom. */
  readonly lines: readonly string[];
  readonly spanSeconds: number;
  /** The most extreme value beyond the axis in microseconds, or null. */
  readonly clippedUs: number | null;
}

/** Draws the recent seconds as columns as high as p50, each with a `-` at p99, on `size` cells. */
export function latencyColumns(seconds: readonly SecondFigures[], size: Size, glyphs: Glyphs): LatencyColumns {
  const frame = chartFrame(seconds, size, 1);
  const { axis, plotColumns, plotLeft, plotRows } = frame;
  const shown = secondsByColumn(frame, seconds);
  const grid = Array.from({ length: plotRows + 1 }, () => new Array<string>(size.columns).fill(' '));
  const p50s = shown.map((second) => {
    const us = second?.latencyP50Us ?? null;
    return us === null ? null : us - axis.min;
  });
  columnLines(p50s, plotRows, axis.max - axis.min, glyphs).forEach((line, row) => put(grid, line, plotLeft, row));
  shown.forEach((second, column) => {
    const us = second?.latencyP99Us ?? null;
    if (us !== null) put(grid, '-', plotLeft + column, rowOf(axis, us, plotRows));
  });
  for (const { text, column, row } of frame.labels) put(grid, text, column, row);
  return {
    lines: grid
      .slice(0, Math.min(grid.length, size.rows))
      .map((cells) => cells.slice(0, plotLeft + plotColumns).join('')),
    spanSeconds: frame.spanSeconds,
    clippedUs: axis.clipped,
  };
}

function secondsByColumn(
  { firstSecond, spanSeconds, plotColumns }: ChartFrame,
  seconds: readonly SecondFigures[],
): (SecondFigures | undefined)[] {
  const bySecond = new Map(seconds.map((figures) => [figures.second, figures]));
  return Array.from({ length: plotColumns }, (_, column) =>
    bySecond.get(firstSecond + Math.floor((column * spanSeconds) / plotColumns)),
  );
}

function put(grid: readonly string[][], text: string, column: number, row: number): void {
  const cells = grid[row];
  if (cells) cells.splice(column, text.length, ...text);
}
