import type { SecondFigures } from '../metrics/snapshot.js';
import { chartFrame, pointOf, rowOf, type ChartFrame, type ChartLabel } from './chart-frame.js';
import type { Size } from './columns.js';

/** A point in Braille dots: two to a cell across, four down; (0, 0) is the top left one. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** A connected line of one quantity. `error` lines bound p50: the true value lies between them. */
export interface ChartLine {
  readonly role: 'p50' | 'p99' | 'error';
  readonly dots: readonly Dot[];
}

/** Latency over time, ready to be drawn: the lines in the order to draw them, then the labels. */
export interface LatencyChart {
  readonly lines: readonly ChartLine[];
  readonly labels: readonly ChartLabel[];
  readonly spanSeconds: number;
  /** The most extreme value beyond the axis in microseconds, or null. */
  readonly clippedUs: number | null;
}

/** Dots of a Braille cell. */
export const DOTS_ACROSS = 2;
export const DOTS_DOWN = 4;

/** On and off lengths, in dots, that tell the lines apart without colour. */
const DASHES = { p50: null, p99: { on: 3, off: 2 }, error: { on: 1, off: 3 } } as const;

/**
 * Lays out p50, p99 and p50 ± error of the recent seconds for a chart of `size` cells. A second without frames leaves
 * a gap; values far beyond the rest run along the edge.
 */
export function latencyChart(seconds: readonly SecondFigures[], size: Size): LatencyChart {
  const frame = chartFrame(seconds, size, DOTS_ACROSS);
  const visible = seconds.filter(({ second }) => second >= frame.firstSecond);
  const lines = (role: ChartLine['role'], valueOf: ValueOf): ChartLine[] =>
    runs(visible, valueOf).flatMap((run) => {
      const dots = run.map((point) => dotOf(frame, point));
      return dashed(dots, DASHES[role]).map((dash) => ({ role, dots: dash }));
    });
  return {
    lines: [
      ...lines('error', p50Shifted(1)),
      ...lines('error', p50Shifted(-1)),
      ...lines('p99', ({ latencyP99Us }) => latencyP99Us),
      ...lines('p50', ({ latencyP50Us }) => latencyP50Us),
    ],
    labels: frame.labels,
    spanSeconds: frame.spanSeconds,
    clippedUs: frame.axis.clipped,
  };
}

type ValueOf = (second: SecondFigures) => number | null;

interface Point {
  readonly second: number;
  readonly us: number;
}

function p50Shifted(sign: 1 | -1): ValueOf {
  return ({ latencyP50Us, errorUs }) =>
    latencyP50Us === null || errorUs === null ? null : latencyP50Us + sign * errorUs;
}

/** Runs of seconds that follow each other and have a value. */
function runs(seconds: readonly SecondFigures[], valueOf: ValueOf): Point[][] {
  const found: Point[][] = [];
  for (const figures of seconds) {
    const us = valueOf(figures);
    if (us === null) continue;
    const run = found.at(-1);
    const point = { second: figures.second, us };
    if (run?.at(-1)?.second === point.second - 1) run.push(point);
    else found.push([point]);
  }
  return found;
}

function dotOf(frame: ChartFrame, { second, us }: Point): Dot {
  return {
    x: frame.plotLeft * DOTS_ACROSS + pointOf(frame, second, frame.plotColumns * DOTS_ACROSS),
    y: rowOf(frame.axis, us, frame.plotRows * DOTS_DOWN),
  };
}

/** Cuts a line that goes from left to right into dashes of `on` dots with `off` dots between, or leaves it whole. */
function dashed(dots: readonly Dot[], dash: { readonly on: number; readonly off: number } | null): (readonly Dot[])[] {
  if (!dash || dots.length < 2) return [dots];
  const period = dash.on + dash.off;
  const path = dots.flatMap((dot, index) => between(dots[index - 1] ?? dot, dot));
  const dashes = new Map<number, Dot[]>();
  for (const dot of path) {
    // The phase hangs on the place, not on where the line begins, so that dashes do not jump after a gap.
    if (dot.x % period >= dash.on) continue;
    const index = Math.floor(dot.x / period);
    const cut = dashes.get(index);
    if (cut) cut.push(dot);
    else dashes.set(index, [dot]);
  }
  return [...dashes.values()];
}

/** The dots after `from` up to `to`, one a column; `to` alone when they share a column. */
function between(from: Dot, to: Dot): Dot[] {
  const columns = to.x - from.x;
  if (columns <= 0) return [to];
  return Array.from({ length: columns }, (_, index) => ({
    x: from.x + index + 1,
    y: Math.round(from.y + ((to.y - from.y) * (index + 1)) / columns),
  }));
}
