import type { Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { bigText } from './big-text.js';
import type { Size } from './columns.js';
import { figureLines } from './figures.js';
import type { Glyphs } from './glyphs.js';
import { histogramLines } from './histogram.js';
import type { Rect } from './layout.js';
import type { Paint } from './paint.js';
import { pathLines } from './path-panel.js';
import { stageRows } from './stage-rows.js';
import { headline } from './status.js';
import { nothingText, NO_FRAMES } from './stream-words.js';
import { longestFitting } from './text.js';
import { formatCount, formatDurationUs } from '../../shared/units.js';
import { waterfallHeading, waterfallLines } from './waterfall.js';

/** A panel of text: what its border says and what is inside, from the top. */
export interface Panel {
  readonly label: string;
  readonly lines: readonly string[];
}

/** Characters and colours to draw with. */
export interface Style {
  readonly glyphs: Glyphs;
  readonly paint: Paint;
}

/** The cells inside a panel's border. */
export function inside({ width, height }: Rect): Size {
  return { columns: width - 2, rows: height - 2 };
}

/** The cells for a label on a panel's border. */
export function labelColumns({ width }: Rect): number {
  return width - 6;
}

/**
 * The most important figure, in three rows where `big`, else in one: `p50 12.4 ms ± 0.3 ms   p99 …   since arrival`, in
 * at most `columns` cells.
 */
export function headlineLines(
  stream: StreamSnapshot | null,
  big: boolean,
  columns: number,
  { glyphs, paint }: Style,
): string[] {
  const { p50, rest, since } = headline(stream);
  if (rest === '') return [...(big ? [''] : []), ` ${paint(p50, 'strong')}`];
  if (!big || !glyphs.braille) {
    const median = `latency p50 ${p50}`;
    const others = longestFitting([`${rest}   ${since}`, rest], columns - ` ${median}   `.length);
    return [...(big ? [''] : []), ` ${paint(median, 'strong')}   ${others}`];
  }
  const [top = '', middle = '', bottom = ''] = bigText(p50).map((line) => paint(line, 'strong'));
  return [` latency   ${top}`, `     p50   ${middle}   ${rest}`, `           ${bottom}   ${since}`];
}

/** The heading of latency over time, with a legend as long as there is room; `clippedUs` is beyond the axis. */
export function chartLabel(
  spanSeconds: number,
  errorUs: number | null,
  clippedUs: number | null,
  columns: number,
  { glyphs, paint }: Style,
): string {
  const span = spanSeconds % 60 === 0 ? `${spanSeconds / 60} min` : `${spanSeconds} s`;
  const [p50, p99] = glyphs.braille ? ['─ p50', '╌ p99'] : [`${glyphs.vertical.at(-1) ?? ''} p50`, '- p99'];
  const error = errorUs === null ? '' : `${glyphs.braille ? '┈ ' : ''}± ${formatDurationUs(errorUs)}`;
  const peak = clippedUs === null ? '' : `peak ${formatDurationUs(clippedUs)}`;
  const variants = [
    [`Latency, last ${span}`, p50, p99, error, peak === '' ? '' : `${peak} cut off`],
    [`Latency, ${span}`, p50, p99, error, peak],
    [`Latency, ${span}`, p50, p99, peak],
    ['Latency', p50, p99, peak],
    ['Latency', peak],
    ['Latency'],
  ].map((parts) => parts.filter((text) => text !== '').join('  '));
  return longestFitting(variants, columns)
    .replace(p50, paint(p50, 'p50'))
    .replace(p99, paint(p99, 'p99'))
    .replace(error, error === '' ? '' : paint(error, 'error'));
}

/** Counts, rates and the clock. */
export function figuresPanel(
  snapshot: Snapshot,
  stream: StreamSnapshot | null,
  rect: Rect,
  { glyphs, paint }: Style,
): Panel {
  return { label: 'Frames, data, clock', lines: figureLines(snapshot, stream, inside(rect), glyphs, paint) };
}

/** Where the time of a frame goes; of the path of a probe, which nobody knows that of, what else is known. */
export function waterfallPanel(stream: StreamSnapshot | null, rect: Rect, { glyphs, paint }: Style): Panel {
  const { columns, rows } = inside(rect);
  if (stream?.probe) {
    return { label: 'Path', lines: pathLines(stream, stream.probe, columns, glyphs, paint).slice(0, rows) };
  }
  const full = glyphs.horizontal.at(-1) ?? '';
  const legend = [paint(`${full} p50`, 'p50'), paint(`${glyphs.mark} p99`, 'p99')].join('  ');
  const label = `${columns >= 44 ? 'Where the time goes' : 'Stages'}  ${legend}`;
  if (!stream) return { label, lines: waiting(rect) };
  const lines = waterfallLines(stageRows(stream), columns, glyphs, paint);
  return { label, lines: rows > lines.length ? [waterfallHeading(columns), ...lines] : lines };
}

/** How latencies are distributed. */
export function histogramPanel(stream: StreamSnapshot | null, rect: Rect, { glyphs, paint }: Style): Panel {
  const count = stream?.latencyUs.count ?? 0;
  const lines = stream ? histogramLines(stream.bars, inside(rect), glyphs) : [];
  const axis = lines.at(-1) ?? '';
  return {
    label: longestFitting(
      [`Latency histogram, ${formatCount(count)} frames`, `Latency of ${formatCount(count)} frames`, 'Latency'],
      labelColumns(rect),
    ),
    lines:
      lines.length === 0
        ? waiting(rect, nothingText(stream))
        : [...lines.slice(0, -1).map((line) => paint(line, 'p50')), axis],
  };
}

/** Text in the middle of a panel that has nothing to draw yet. */
export function waiting(rect: Rect, text = NO_FRAMES): string[] {
  const { columns, rows } = inside(rect);
  const above = Math.max(0, Math.floor((rows - 1) / 2));
  return [
    ...new Array<string>(above).fill(''),
    ' '.repeat(Math.max(0, Math.floor((columns - text.length) / 2))) + text,
  ];
}
