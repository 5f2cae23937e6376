import { formatDurationUs, formatElapsedMs } from '../../shared/units.js';
import { axisFor, ticks } from './axis.js';
import { rowOf } from './chart-frame.js';
import { columnLines, type Size } from './columns.js';
import type { Glyphs } from './glyphs.js';
import type { Paint, Role } from './paint.js';
import { MAX_FIGURES } from './progress-layout.js';
import type { ProgressPage } from './progress.js';
import { safeText, shortened } from './text.js';

const TONES: Readonly<Record<'good' | 'warning' | 'bad', Role>> = { good: 'good', warning: 'p99', bad: 'bad' };
const ROWS_A_TICK = 3;
/** Smallest height of an axis, so that noise does not look like a mountain range. */
const MIN_SPANS = { us: 1000, 'frames/s': 10, percent: 10 } as const;
const MAX_LABEL_COLUMNS = 15;

type Chart = ProgressPage['charts'][number];

/** The top line: which command, what it is doing, and at the right for how long. */
export function titleLine(page: ProgressPage, columns: number, glyphs: Glyphs, paint: Paint): string {
  const end = page.endsAtMs === null ? '' : ` of ${formatElapsedMs(page.endsAtMs)}`;
  const time = formatElapsedMs(page.elapsedMs) + end;
  const room = columns - page.title.length - time.length - 5;
  const phase = shortened(safeText(page.phase), room, glyphs);
  return ` ${paint(page.title, 'strong')}  ${phase}${' '.repeat(Math.max(1, room - phase.length + 1))}${time}`;
}

/** How much of the phase is over; empty where nobody knows its end. */
export function barLine({ elapsedMs, endsAtMs }: ProgressPage, columns: number, glyphs: Glyphs, paint: Paint): string {
  if (endsAtMs === null || endsAtMs <= 0) return '';
  const share = Math.max(0, Math.min(1, elapsedMs / endsAtMs));
  const percent = `${Math.floor(share * 100)} %`.padStart(6);
  const cells = columns - percent.length - 3;
  const full = Math.round(share * cells);
  const [empty, filled] = [glyphs.braille ? '─' : '.', glyphs.horizontal.at(-1) ?? '#'];
  return ` ${paint(filled.repeat(full), 'p50')}${empty.repeat(Math.max(0, cells - full))}${percent}`;
}

/** The figures in `figureColumns` columns, filled row by row, so that the most important ones stand on top. */
export function figureRows(
  page: ProgressPage,
  size: Size,
  figureColumns: number,
  glyphs: Glyphs,
  paint: Paint,
): string[] {
  const width = Math.floor(size.columns / figureColumns);
  const cells = page.figures.slice(0, MAX_FIGURES).map(({ label, value, tone }) => {
    const text = shortened(safeText(value), width - MAX_LABEL_COLUMNS - 2, glyphs);
    const name = shortened(label, MAX_LABEL_COLUMNS, glyphs).padEnd(MAX_LABEL_COLUMNS);
    const rest = ' '.repeat(Math.max(0, width - MAX_LABEL_COLUMNS - 1 - text.length));
    return `${name} ${paint(text, tone ? TONES[tone] : 'strong')}${rest}`;
  });
  return Array.from({ length: Math.ceil(cells.length / figureColumns) }, (_, row) =>
    cells.slice(row * figureColumns, (row + 1) * figureColumns).join(''),
  );
}

/** A chart as columns under a labelled axis, the newest value at the right edge. */
export function chartLines({ values, unit }: Chart, size: Size, glyphs: Glyphs, paint: Paint): string[] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return ['', '  nothing measured yet'];
  const axis = axisFor(known, Math.floor(size.rows / ROWS_A_TICK), MIN_SPANS[unit]);
  const labels = new Map(ticks(axis).map((value) => [rowOf(axis, value, size.rows), tickText(value, unit)]));
  const left = Math.max(...[...labels.values()].map(({ length }) => length));
  const plot = spread(values, Math.max(1, size.columns - left - 1)).map((value) => value && value - axis.min);
  return columnLines(plot, size.rows, axis.max - axis.min, glyphs).map(
    (line, row) => `${(labels.get(row) ?? '').padStart(left)} ${paint(line, 'p50')}`,
  );
}

/** The newest value of a chart for its border. */
export function chartTitle({ label, unit, values }: Chart): string {
  const newest = values.at(-1) ?? null;
  return newest === null ? label : `${label}: ${tickText(newest, unit)}`;
}

/** As many values as there are columns: the newest ones, at the right edge. */
function spread(values: readonly (number | null)[], columns: number): (number | null)[] {
  const newest = values.slice(-columns);
  return [...new Array<null>(columns - newest.length).fill(null), ...newest];
}

function tickText(value: number, unit: Chart['unit']): string {
  if (unit === 'us') return formatDurationUs(value);
  return unit === 'percent' ? `${Math.round(value)} %` : String(Math.round(value));
}
