import { figureText, percent } from '../report/change-text.js';
import { formatDurationUs } from '../../shared/units.js';
import type { RandomBits } from '../../shared/random-bits.js';
import type { ComparedFigure } from './compare-figures.js';
import type { Condition } from './condition.js';
import type { Interval } from './confidence.js';
import { ENOUGH_EVENTS } from './events-beyond.js';
import { ENOUGH_RUNS, valueInterval } from './side-figure.js';
import type { SideFigure } from './side-figure.js';

/** A figure of both sides; null where a side does not have it. */
export interface FigureOfSides {
  readonly a: SideFigure | null;
  readonly b: SideFigure | null;
  /** 95 % confidence of B less A, the errors of the clocks included. */
  readonly difference: Interval | null;
}

/** What comes of a condition: `unknown` where the runs cannot tell, and why not. */
export type ConditionOutcome =
  { readonly state: 'holds' | 'not shown' } | { readonly state: 'unknown'; readonly why: string };

/** What is held against a limit, both in the unit of the limit. */
interface Held {
  readonly seen: number;
  /** 95 % confidence of `seen`. */
  readonly interval: Interval;
  /** What the whole interval must be beyond. */
  readonly sureLimit: number;
  /** Of the clocks, a part of `interval`. */
  readonly error: number;
  /** What `seen` must have added to be the figure of B, so that shares of it can be told. */
  readonly from: number;
}

/** Longer runs than that nobody makes for CI. */
const MOST_SECONDS = 3600;
const ROUND_SECONDS = 10;
const REPEATED = `${ENOUGH_RUNS} runs a side are needed`;

/**
 * A limit of a value is passed where the whole interval is beyond it. One of a change is passed where the change is beyond it
 * and the whole interval on that side of no change at all: that there is one must be sure, not each percent of it. What is
 * beyond the limit, but not so surely, is unknown: it must not pass for good. So is what these runs are too short to know
 * anything of, on whichever side of the limit chance put it: else equal runs would come out in two ways.
 */
export function conditionOutcome(
  condition: Condition,
  figure: ComparedFigure,
  sides: FigureOfSides,
  random: RandomBits,
): ConditionOutcome {
  const outcome = outcomeOfKnown(condition, figure, sides, random);
  const { a, b } = sides;
  const isPartOfA = condition.of !== 'value' && a?.isAtLeast === true;
  if (outcome.state === 'unknown' || !(isPartOfA || b?.isAtLeast === true)) return outcome;
  // More of it in B would not bring it back below a limit.
  if (outcome.state === 'holds' && condition.comparison === '>' && !isPartOfA) return outcome;
  return { state: 'unknown', why: `not all sessions of ${isPartOfA ? 'A' : 'B'} can tell ${figure.name}` };
}

function outcomeOfKnown(
  condition: Condition,
  { name, unit, basis }: ComparedFigure,
  { a, b, difference }: FigureOfSides,
  random: RandomBits,
): ConditionOutcome {
  if (!b) return { state: 'unknown', why: `B has no ${name}` };
  if (condition.of !== 'value' && !a) return { state: 'unknown', why: `A has no ${name}` };
  const sides = a && condition.of !== 'value' ? [a, b] : [b];
  const ignorance = ignoranceOf(name, sides);
  if (ignorance !== null) return { state: 'unknown', why: ignorance };
  const isOneOfMany = basis.kind === 'quantile' || basis.kind === 'extreme';
  if (condition.of !== 'value' && !difference && isOneOfMany) {
    return { state: 'unknown', why: `nothing tells how sure a change of ${name} is; ${REPEATED}` };
  }
  const held = a && condition.of !== 'value' ? ofChange(condition, a, b, difference) : ofValue(condition, b, random);
  const limit = limitOf(condition, a);
  if (!isBeyond(condition, { low: held.seen, high: held.seen }, limit)) return { state: 'not shown' };
  if (isBeyond(condition, held.interval, held.sureLimit)) return { state: 'holds' };
  const range = rangeText(condition, unit, held.interval, a);
  return { state: 'unknown', why: `${range}; ${remedy(condition, held, sides)}` };
}

/** That a quantile rests on too little to be known, and what it takes; null where it does not. */
function ignoranceOf(name: string, sides: readonly SideFigure[]): string | null {
  if (sides.every(({ values }) => values.length >= ENOUGH_RUNS)) return null;
  const { events, windowMs } = sides.reduce((least, side) => (side.events < least.events ? side : least));
  if (events >= ENOUGH_EVENTS) return null;
  const needed = windowNeeded(windowMs * (ENOUGH_EVENTS / events));
  return `${name} needs ${ENOUGH_EVENTS} independent frames beyond it and has ${Math.floor(events)}; ${needed}`;
}

/** A count has happened as often as it has. */
function ofValue({ limit }: Condition, b: SideFigure, random: RandomBits): Held {
  const error = b.isExact ? 0 : b.clockError;
  const { low, high } = b.isExact ? { low: b.value, high: b.value } : valueInterval(b, random);
  const interval = { low: low - error, high: high + error };
  return { seen: b.value, interval, sureLimit: limit, error, from: 0 };
}

/** Without an interval it is the figures of these runs that are compared. */
function ofChange(condition: Condition, a: SideFigure, b: SideFigure, known: Interval | null): Held {
  const error = a.clockError + b.clockError;
  const seen = b.value - a.value;
  const limit = limitOf(condition, a);
  const sureLimit = condition.comparison === '>' ? Math.min(0, limit) : Math.max(0, limit);
  return { seen, interval: known ?? { low: seen - error, high: seen + error }, sureLimit, error, from: a.value };
}

/** In the unit of the figure; of nothing, and of what clocks made less than that, any growth is beyond each share. */
function limitOf({ of, limit }: Condition, a: SideFigure | null): number {
  return of === 'relative change' ? limit * Math.max(0, a?.value ?? 0) : limit;
}

function isBeyond({ comparison }: Condition, { low, high }: Interval, limit: number): boolean {
  return comparison === '>' ? low > limit : high < limit;
}

function rangeText(
  { of }: Condition,
  unit: ComparedFigure['unit'],
  { low, high }: Interval,
  a: SideFigure | null,
): string {
  const text = (value: number): string => {
    if (!Number.isFinite(value)) return 'anything';
    if (of === 'relative change' && a && a.value > 0) return percent(value / a.value);
    return `${of !== 'value' && value > 0 ? '+' : ''}${figureText(unit, value)}`;
  };
  return `${text(low)} to ${text(high)}`;
}

/** What it takes to tell: an interval becomes narrower by the root of how much longer a run is. */
function remedy({ comparison }: Condition, held: Held, sides: readonly SideFigure[]): string {
  const { seen, interval, sureLimit, error, from } = held;
  const sign = comparison === '>' ? 1 : -1;
  const surely = seen - sign * error;
  if (sign * (surely - sureLimit) <= 0)
    return `clocks that are off by less than ± ${formatDurationUs(error)} are needed`;
  const runs = Math.min(...sides.map(({ values }) => values.length));
  if (runs >= ENOUGH_RUNS) return `more than ${runs} runs a side are needed`;
  const windowMs = Math.min(...sides.map((side) => side.windowMs));
  if (windowMs === 0) return 'searches that end closer to the limit are needed';
  const end = (sign > 0 ? interval.low : interval.high) + sign * error;
  const longer = (distance(from + seen, from + end) / distance(from + surely, from + sureLimit)) ** 2;
  return windowNeeded(Math.max(1, longer) * windowMs);
}

/** The window that tells, where it is one that anybody makes, and what tells as well. */
function windowNeeded(windowMs: number): string {
  const seconds = Math.ceil(windowMs / 1000 / ROUND_SECONDS) * ROUND_SECONDS;
  return seconds <= MOST_SECONDS ? `at least ${seconds} s or ${REPEATED}` : REPEATED;
}

/** As a ratio, since latencies vary in proportion, wherever there is one. */
function distance(one: number, other: number): number {
  return one > 0 && other > 0 ? Math.abs(Math.log(one / other)) : Math.abs(one - other);
}
