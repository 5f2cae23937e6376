import type { StreamSnapshot } from '../metrics/snapshot.js';
import type { Glyphs } from './glyphs.js';
import { TABLE_FRAME_ROWS, type Rect } from './layout.js';
import { stateText } from './stream-words.js';
import { safeText, shortened } from './text.js';
import { formatCount, formatDurationUs, formatSize, NOTHING } from '../../shared/units.js';

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
  readonly isText?: boolean;
}

const SIZE: Column = { header: 'size', width: 9, rank: 8, textOf: (stream) => formatSize(stream) ?? NOTHING };
const RATES: readonly Column[] = [
  { header: 'fps', width: 5, rank: 3, textOf: ({ fps }) => fps.current.toFixed(1) },
  { header: 'Mbit/s', width: 6, rank: 7, textOf: ({ throughputMbps }) => throughputMbps.current.toFixed(1) },
];
const LATENCIES: readonly Column[] = [
  { header: 'p50', width: 8, rank: 1, textOf: ({ latencyUs }) => formatDurationUs(latencyUs.p50) },
  { header: 'p99', width: 8, rank: 4, textOf: ({ latencyUs }) => formatDurationUs(latencyUs.p99) },
  { header: '± error', width: 8, rank: 9, textOf: ({ latencyUs }) => formatDurationUs(latencyUs.errorUs) },
];
const COLUMNS: readonly Column[] = [
  SIZE,
  ...RATES,
  ...LATENCIES,
  { header: 'received', width: 8, rank: 10, textOf: ({ frames }) => formatCount(frames.received) },
  { header: 'lost', width: 5, rank: 5, textOf: ({ frames }) => formatCount(frames.lost) },
  { header: 'skipped', width: 7, rank: 6, textOf: ({ frames }) => formatCount(frames.skipped) },
  { header: 'corrupt', width: 7, rank: 12, textOf: ({ frames }) => formatCount(frames.corrupt) },
  { header: 'times', width: 8, rank: 13, textOf: ({ timeSource }) => timeSource },
  { header: 'jpeg', width: 12, rank: 11, textOf: ({ encoding }) => encoding.mode },
];

/** Of the paths of a probe. */
const PATH_COLUMNS: readonly Column[] = [
  ...LATENCIES,
  { header: 'measured by', width: 11, rank: 12, textOf: ({ probe }) => probe?.latencySource ?? NOTHING },
  ...RATES,
  { header: 'first', width: 7, rank: 6, textOf: ({ probe }) => formatDurationUs(probe?.firstFrameUs ?? null) },
  { header: 'lost', width: 5, rank: 5, textOf: ({ frames }) => formatCount(frames.lost) },
  { header: 'freezes', width: 7, rank: 10, textOf: ({ probe }) => formatCount(probe?.freezes.count ?? 0) },
  { header: 'gaps', width: 5, rank: 11, textOf: ({ probe }) => formatCount(probe?.arrivalGaps.count ?? 0) },
  { header: 'codec', width: 6, rank: 13, textOf: ({ probe }) => probe?.codec ?? NOTHING },
  SIZE,
];

/** The state comes last, with as much of its reason as there is room. */
const STATE_RANK = 2;
const MIN_STATE_COLUMNS = 10;
/** Share of the table that states with their reasons may take, and from how many cells on a part of a reason helps. */
const STATE_SHARE = 0.4;
const CUT_STATE_COLUMNS = 24;
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
  const state = stateColumn(streams, columns, glyphs);
  const own = streams.some(({ probe }) => probe) ? PATH_COLUMNS : COLUMNS;
  const shown = fitting([...own, state], columns - Math.min(longest, nameColumns(columns)));
  const rest = shown.reduce((left, { width }) => left - width - COLUMN_GAP, columns);
  const nameWidth = Math.min(rest, longest, MAX_NAME_COLUMNS);
  return {
    widths: [nameWidth, ...shown.map(({ width }) => width)],
    headers: [
      (own === PATH_COLUMNS ? '  path' : '  stream').padEnd(nameWidth),
      ...shown.map((column) => aligned(column, column.header)),
    ],
    rows: streams.map((stream, index) => [
      shortened(`${index === selected ? '>' : ' '} ${safeText(stream.name)}`, nameWidth, glyphs).padEnd(nameWidth),
      ...shown.map((column) => aligned(column, column.textOf(stream))),
    ]),
  };
}

/** What the border of a table at `place` says: how many there are, and how many of them are in sight. */
export function tableLabel(streams: readonly StreamSnapshot[], place: Rect): string {
  const names = streams.some(({ probe }) => probe) ? 'paths' : 'streams';
  const rows = Math.max(0, place.height - TABLE_FRAME_ROWS);
  return rows < streams.length ? `${rows} of ${streams.length} ${names}, n: next` : `${streams.length} ${names}`;
}

function nameColumns(columns: number): number {
  return Math.max(MIN_NAME_COLUMNS, Math.round(columns / 5));
}

function stateColumn(streams: readonly StreamSnapshot[], columns: number, glyphs: Glyphs): Column {
  const longest = Math.max(MIN_STATE_COLUMNS, ...streams.map((stream) => stateText(stream).length));
  const most = Math.floor(columns * STATE_SHARE);
  const width = most < CUT_STATE_COLUMNS ? MIN_STATE_COLUMNS : Math.min(longest, most);
  const textOf = (stream: StreamSnapshot): string => {
    const text = stateText(stream);
    return text.length > width && width < CUT_STATE_COLUMNS ? stream.state : shortened(text, width, glyphs);
  };
  return { header: 'state', width, rank: STATE_RANK, textOf, isText: true };
}

/** Figures to the right, text to the left. */
function aligned({ width, isText }: Column, text: string): string {
  return isText ? text.padEnd(width) : text.padStart(width);
}

function fitting(columns: readonly Column[], room: number): Column[] {
  const byRank = [...columns].sort((a, b) => a.rank - b.rank);
  let left = room;
  const kept = new Set<Column>();
  for (const column of byRank) {
    left -= column.width + COLUMN_GAP;
    if (left < 0) break;
    kept.add(column);
  }
  return columns.filter((column) => kept.has(column));
}
