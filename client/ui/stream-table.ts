import type { StreamSnapshot } from '../metrics/snapshot.js';
import type { Glyphs } from './glyphs.js';
import { safeText, shortened } from './text.js';
import { formatCount, formatDurationUs } from './units.js';

/** A table ready to be shown: widths in cells, and one text per cell in exactly the width of its column. */
export interface StreamTable {
  readonly widths: readonly number[];
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Column {
  readonly header: string;
  readonly width: number;
  /** Columns of the highest rank go first when the table is too narrow. */
  readonly rank: number;
  readonly textOf: (stream: StreamSnapshot) => string;
}

const COLUMNS: readonly Column[] = [
  { header: 'state', width: 10, rank: 4, textOf: ({ state }) => state },
  { header: 'size', width: 9, rank: 8, textOf: ({ width, height }) => `${width}x${height}` },
  { header: 'fps', width: 5, rank: 3, textOf: ({ fps }) => fps.current.toFixed(1) },
  { header: 'Mbit/s', width: 6, rank: 7, textOf: ({ throughputMbps }) => throughputMbps.current.toFixed(1) },
  { header: 'p50', width: 8, rank: 1, textOf: ({ latencyUs }) => formatDurationUs(latencyUs.p50) },
  { header: 'p99', width: 8, rank: 2, textOf: ({ latencyUs }) => formatDurationUs(latencyUs.p99) },
  { header: '± error', width: 8, rank: 9, textOf: ({ latencyUs }) => formatDurationUs(latencyUs.errorUs) },
  { header: 'received', width: 8, rank: 10, textOf: ({ frames }) => formatCount(frames.received) },
  { header: 'lost', width: 5, rank: 5, textOf: ({ frames }) => formatCount(frames.lost) },
  { header: 'skipped', width: 7, rank: 6, textOf: ({ frames }) => formatCount(frames.skipped) },
  { header: 'corrupt', width: 7, rank: 11, textOf: ({ frames }) => formatCount(frames.corrupt) },
];

const MIN_NAME_COLUMNS = 12;
const MAX_NAME_COLUMNS = 40;
/** Cells between two columns. */
export const COLUMN_GAP = 2;

/**
 * The table of all streams in at most `columns` cells: as many columns as fit, the least important left out. The row
 * at index `selected` begins with `>`.
 */
export function streamTable(
  streams: readonly StreamSnapshot[],
  selected: number,
  columns: number,
  glyphs: Glyphs,
): StreamTable {
  const longest = Math.max(MIN_NAME_COLUMNS, ...streams.map(({ name }) => name.length + 2));
  const shown = fitting(columns - Math.min(longest, Math.max(MIN_NAME_COLUMNS, Math.round(columns / 5))));
  const rest = shown.reduce((left, { width }) => left - width - COLUMN_GAP, columns);
  const nameWidth = Math.min(rest, longest, MAX_NAME_COLUMNS);
  return {
    widths: [nameWidth, ...shown.map(({ width }) => width)],
    headers: ['  stream'.padEnd(nameWidth), ...shown.map(({ header, width }) => header.padStart(width))],
    rows: streams.map((stream, index) => [
      shortened(`${index === selected ? '>' : ' '} ${safeText(stream.name)}`, nameWidth, glyphs).padEnd(nameWidth),
      ...shown.map(({ width, textOf }) => textOf(stream).padStart(width)),
    ]),
  };
}

function fitting(columns: number): Column[] {
  const byRank = [...COLUMNS].sort((a, b) => a.rank - b.rank);
  let left = columns;
  const kept = new Set<Column>();
  for (const column of byRank) {
    left -= column.width + COLUMN_GAP;
    if (left < 0) break;
    kept.add(column);
  }
  return COLUMNS.filter((column) => kept.has(column));
}
