import type { RandomBits } from '../../shared/random-bits.js';
import { DRAWS } from './block-bootstrap.js';
import type { ComparedFigure } from './compare-figures.js';
import type { ComparedRun } from './compared-run.js';
import { expandedLevel, percentileInterval } from './confidence.js';
import type { Interval } from './confidence.js';
import type { RunDraws } from './run-draws.js';
import type { Subject } from '../report/run-report-schema.js';

/** One subject in one run of a side. */
export interface Measured {
  readonly run: ComparedRun;
  readonly subject: Subject;
  readonly draws: RunDraws;
}

/** A figure of one side, of one run or the mean of several. */
export interface SideFigure {
  readonly value: number;
  /** Of each run. */
  readonly values: readonly number[];
  /** As `RunDraws` has them, drawn when they are asked for; null where nothing can be said. */
  readonly logRatios: () => Float64Array | null;
  /** Independent events beyond a quantile, in that run which has fewest; without an end for what is none. */
  readonly events: number;
  /** Of the shortest run; 0 where it is no matter of time. */
  readonly windowMs: number;
  /** How far the clocks may have moved it. */
  readonly clockError: number;
  /** It is a count of what happened. */
  readonly isExact: boolean;
  /** It may be more, since it is known only in part. */
  readonly isAtLeast: boolean;
}

/** So many runs on a side say how runs vary. */
export const ENOUGH_RUNS = 3;

/** The figure of a side; null where one of its runs does not say it. */
export function sideFigure(figure: ComparedFigure, side: readonly Measured[]): SideFigure | null {
  const values = side.map(({ subject, run }) => figure.of(subject, run)).filter((value) => value !== null);
  if (values.length !== side.length || values.length === 0) return null;
  return {
    value: mean(values),
    values,
    logRatios: () => meanRatios(side.map(({ draws }) => draws.logRatios(figure.basis))),
    events: Math.min(...side.map(({ draws }) => draws.events(figure.basis))),
    windowMs: Math.min(...side.map(({ run }) => run.windowMs)),
    clockError: Math.max(...side.map(({ subject }) => figure.errorOf(subject))),
    isExact: figure.basis.kind === 'count',
    isAtLeast: side.some(({ subject }) => figure.isAtLeast?.(subject) ?? false),
  };
}

/**
 * 95 % confidence of B less A: between runs where there are enough of them, else within; null where nothing can be said. It
 * is the ratio that is drawn wherever there is one, so that B never comes out below nothing.
 */
export function differenceInterval(a: SideFigure, b: SideFigure, random: RandomBits): Interval | null {
  const fewest = Math.min(a.values.length, b.values.length);
  if (fewest >= ENOUGH_RUNS) {
    const isRatio = a.values.every((value) => value > 0);
    const draws = drawn(() => {
      const [ofB, ofA] = [resampledMean(b.values, random), resampledMean(a.values, random)];
      return isRatio ? (a.value * ofB) / ofA - a.value : ofB - ofA;
    });
    return percentileInterval(draws, expandedLevel(fewest));
  }
  const [ofA, ofB] = [a.logRatios(), b.logRatios()];
  if (!ofA || !ofB || a.value <= 0 || b.value <= 0) return null;
  return percentileInterval(ofB.map((ratio, draw) => b.value * Math.exp(ratio - (ofA[draw] ?? 0)) - a.value));
}

/** 95 % confidence of the value of one side; the value alone where nothing can be said. */
export function valueInterval(side: SideFigure, random: RandomBits): Interval {
  const { value, values } = side;
  if (values.length >= ENOUGH_RUNS) {
    return percentileInterval(
      drawn(() => resampledMean(values, random)),
      expandedLevel(values.length),
    );
  }
  const ratios = side.logRatios();
  return ratios ? percentileInterval(ratios.map((ratio) => value * Math.exp(ratio))) : { low: value, high: value };
}

function drawn(draw: () => number): Float64Array {
  return Float64Array.from({ length: DRAWS }, draw);
}

function resampledMean(values: readonly number[], random: RandomBits): number {
  return mean(values.map(() => random.pick(values)));
}

function meanRatios(each: readonly (Float64Array | null)[]): Float64Array | null {
  const known = each.filter((ratios) => ratios !== null);
  if (known.length !== each.length) return null;
  return Float64Array.from({ length: DRAWS }, (_, draw) => mean(known.map((ratios) => ratios[draw] ?? 0)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
