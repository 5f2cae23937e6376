import type { HistogramBar } from '../metrics/snapshot.js';
import { columnLines, type Size } from './columns.js';
import type { Glyphs } from './glyphs.js';
import { formatDurationUs } from '../../shared/units.js';

/**
 * A latency histogram as lines of text: columns of blocks, under them the latencies at its left and right end. Many
 * bars share columns, few bars are made wider. An outermost bar that gathers outliers is named with both its bounds.
 */
export function histogramLines(bars: readonly HistogramBar[], size: Size, glyphs: Glyphs): string[] {
  const first = bars[0];
  const last = bars.at(-1);
  if (!first || !last || size.rows < 2) return [];
  const counts = spread(
    bars.map(({ count }) => count),
    size.columns,
  );
  const lines = columnLines(counts, size.rows - 1, Math.max(...counts), glyphs);
  const left = gathers(first, bars[1]) ? bounds(first) : formatDurationUs(first.fromUs);
  const right = gathers(last, bars.at(-2)) ? bounds(last) : formatDurationUs(last.toUs);
  return [...lines, left + right.padStart(Math.max(right.length + 1, counts.length - left.length))];
}

function gathers(outer: HistogramBar, inner: HistogramBar | undefined): boolean {
  return inner !== undefined && outer.toUs - outer.fromUs > 2 * (inner.toUs - inner.fromUs);
}

function bounds({ fromUs, toUs }: HistogramBar): string {
  return `${formatDurationUs(fromUs)} to ${formatDurationUs(toUs)}`;
}

/** Makes `counts` fill `columns` columns: neighbours are added up in groups of one size, then made wider. */
function spread(counts: readonly number[], columns: number): number[] {
  const groupSize = Math.ceil(counts.length / columns);
  const groups = Array.from({ length: Math.ceil(counts.length / groupSize) }, (_, index) =>
    counts.slice(index * groupSize, (index + 1) * groupSize).reduce((sum, count) => sum + count, 0),
  );
  return Array.from({ length: columns }, (_, column) => groups[Math.floor((column * groups.length) / columns)] ?? 0);
}
