import type { SecondFigures } from '../metrics/snapshot.js';
import { axisFor, ticks, type Axis } from './axis.js';
import type { Size } from './columns.js';

/** Text at a cell of a chart. */
export interface ChartLabel {
  readonly text: string;
  readonly column: number;
  readonly row: number;
}

/** The frame of a chart of latency over time, in cells: where the plot stands, its axes and their labels. */
export interface ChartFrame {
  readonly axis: Axis;
  readonly plotLeft: number;
  readonly plotColumns: number;
  readonly plotRows: number;
  readonly firstSecond: number;
  readonly spanSeconds: number;
  readonly labels: readonly ChartLabel[];
}

/** How far back a chart may go, in seconds. */
const SPANS_SECONDS = [30, 60, 90, 120, 180, 240, 300];
/** Rows from one label of the vertical axis to the next, at least. */
const ROWS_A_TICK = 3;
/** Smallest height of the vertical axis, so that noise of microseconds does not look like a mountain range. */
const MIN_SPAN_US = 1_000;
/** Columns that hold a label in the middle of the time axis beside those at its ends. */
const MIDDLE_LABEL_COLUMNS = 30;

/**
 * The frame of a chart of `size` cells that draws `pointsPerCell` points across a cell. It goes back as far as has
 * been measured and as its points can tell seconds apart; the newest second is at the right edge.
 */
export function chartFrame(seconds: readonly SecondFigures[], size: Size, pointsPerCell: number): ChartFrame {
  const last = seconds.at(-1)?.second ?? 0;
  const spanSeconds = spanFor(last - (seconds[0]?.second ?? 0) + 1, size.columns * pointsPerCell * 0.8);
  const firstSecond = last - spanSeconds + 1;
  const plotRows = Math.max(1, size.rows - 1);
  const axis = axisFor(valuesSince(firstSecond, seconds), Math.floor(plotRows / ROWS_A_TICK), MIN_SPAN_US);
  const texts = ticks(axis).map((us) => ({ row: rowOf(axis, us, plotRows), text: tickText(us, axis) }));
  const plotLeft = Math.max(...texts.map(({ text }) => text.length)) + 1;
  const plotColumns = Math.max(1, size.columns - plotLeft);
  return {
    axis,
    plotLeft,
    plotColumns,
    plotRows,
    firstSecond,
    spanSeconds,
    labels: [
      ...texts.map(({ row, text }) => ({ text: text.padStart(plotLeft - 1), column: 0, row })),
      ...timeLabels(spanSeconds, plotLeft, plotColumns, plotRows),
    ],
  };
}

/** The row, from the top and of `rows` in all, in which `value` is drawn; what is beyond the axis goes to its end. */
export function rowOf({ min, max }: Axis, value: number, rows: number): number {
  const share = Math.max(0, Math.min(1, (value - min) / (max - min)));
  return Math.round((1 - share) * (rows - 1));
}

/** Where `second` is drawn on a time axis of `points` points, from the left. */
export function pointOf({ firstSecond, spanSeconds }: ChartFrame, second: number, points: number): number {
  return Math.round(((second - firstSecond) / (spanSeconds - 1)) * (points - 1));
}

function spanFor(measuredSeconds: number, resolvedSeconds: number): number {
  const [shortest = 1, ...longer] = SPANS_SECONDS;
  const spans = [shortest, ...longer.filter((span) => span <= resolvedSeconds)];
  return spans.find((span) => span >= measuredSeconds) ?? spans.at(-1) ?? shortest;
}

function valuesSince(firstSecond: number, seconds: readonly SecondFigures[]): number[] {
  return seconds
    .filter(({ second }) => second >= firstSecond)
    .flatMap(({ latencyP50Us, latencyP99Us }) => [latencyP50Us, latencyP99Us])
    .filter((value) => value !== null);
}

/** Labels of one axis share a unit and a number of digits. */
function tickText(us: number, { min, max, step }: Axis): string {
  const greatest = Math.max(Math.abs(min), Math.abs(max));
  const [unitUs, unit] = greatest < 1_000 ? [1, 'µs'] : greatest < 1_000_000 ? [1_000, 'ms'] : [1_000_000, 's'];
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unitUs) + 1e-9));
  return `${(us / unitUs).toFixed(us === 0 ? 0 : decimals)} ${unit}`;
}

function timeLabels(spanSeconds: number, left: number, columns: number, row: number): ChartLabel[] {
  const ago = (seconds: number): string => (seconds % 60 === 0 ? `-${seconds / 60} min` : `-${seconds} s`);
  const middle = ago(spanSeconds / 2);
  return [
    { text: ago(spanSeconds), column: left, row },
    ...(columns < MIDDLE_LABEL_COLUMNS
      ? []
      : [{ text: middle, column: left + Math.round((columns - middle.length) / 2), row }]),
    { text: 'now', column: left + columns - 'now'.length, row },
  ];
}
