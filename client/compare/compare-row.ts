import type { RandomBits } from '../../shared/random-bits.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import type { ComparedFigure } from './compare-figures.js';
import type { Condition } from './condition.js';
import type { Interval } from './confidence.js';
import { differenceInterval, sideFigure, valueInterval } from './side-figure.js';
import type { Measured, SideFigure } from './side-figure.js';

export type CompareRow = DetailsOf<'compare'>['rows'][number];

/** A row, and the conditions for which it has no figures. */
export interface JudgedRow {
  readonly row: CompareRow;
  readonly undecided: readonly Condition[];
}

/** The same subject on both sides. */
export interface ComparedSubject {
  readonly name: string;
  readonly a: readonly Measured[];
  readonly b: readonly Measured[];
}

/** Compares one figure; null where neither side has it and nobody asked for it. */
export function compareRow(
  figure: ComparedFigure,
  subject: ComparedSubject,
  conditions: readonly Condition[],
  random: RandomBits,
): JudgedRow | null {
  const asked = conditions.filter((condition) => condition.figure === figure.name);
  const a = sideFigure(figure, subject.a);
  const b = sideFigure(figure, subject.b);
  if (!a && !b && asked.length === 0) return null;
  const difference = a && b && differenceInterval(a, b, random);
  return judgedRow(figure, subject.name, { a, b, difference }, asked, random);
}

/** The row of a figure whose values and 95 % confidence of B less A are known; clock errors come on top of that. */
export function judgedRow(
  figure: ComparedFigure,
  subject: string,
  { a, b, difference }: { a: SideFigure | null; b: SideFigure | null; difference: Interval | null },
  asked: readonly Condition[],
  random: RandomBits,
): JudgedRow {
  const widened = a && b && difference && widen(difference, a.clockError + b.clockError);
  const decided = asked.filter(({ of }) => b !== null && (of === 'value' || a !== null));
  const failed = decided.filter((condition) => b && fails(condition, { a, b, difference: widened }, random));
  const row: CompareRow = {
    ...{ subject, figure: figure.name, unit: figure.unit },
    ...{ a: a?.value ?? null, b: b?.value ?? null },
    change: a && b ? relative(b.value - a.value, a.value) : null,
    interval: a && a.value > 0 && widened && isBounded(widened) ? scaled(widened, a.value) : null,
    verdict: a && b ? verdictOn(figure, a, b, widened) : 'unknown',
    condition: asked.length === 0 ? null : asked.map(({ text }) => text).join(', '),
    failed: failed.length > 0,
  };
  return { row, undecided: asked.filter((condition) => !decided.includes(condition)) };
}

/**
 * Worse or better is what is so with 95 % confidence, and large enough to matter. The same is what is too small to matter,
 * however surely it is there, or with 95 % confidence whatever it is. All else nobody can tell.
 */
function verdictOn(
  { better, matters, basis }: ComparedFigure,
  a: SideFigure,
  b: SideFigure,
  interval: Interval | null,
): CompareRow['verdict'] {
  const enough = Math.max(matters.least, matters.share * Math.abs(a.value));
  const difference = b.value - a.value;
  const isWorse = better === 'less' ? difference > 0 : difference < 0;
  if (!interval) {
    // A count is exact for its run; of an extreme nobody knows what another run would have.
    if (basis.kind !== 'count') return 'unknown';
    if (Math.abs(difference) <= enough) return 'same';
    return isWorse ? 'worse' : 'better';
  }
  const isSure = interval.low > 0 || interval.high < 0;
  if (isSure && Math.abs(difference) >= enough) return isWorse ? 'worse' : 'better';
  if (isSure || (interval.low >= -enough && interval.high <= enough)) return 'same';
  return 'unknown';
}

/**
 * A limit of a value is passed where the whole interval is beyond it. One of a change is passed where the change is beyond it
 * and the whole interval on that side of no change at all: that there is one must be sure, not each percent of it.
 */
function fails(
  condition: Condition,
  { a, b, difference }: { a: SideFigure | null; b: SideFigure; difference: Interval | null },
  random: RandomBits,
): boolean {
  const { of, limit } = condition;
  if (of === 'value') return isBeyond(condition, valueOf(b, random), limit);
  const change = b.value - (a?.value ?? 0);
  const seen = inUnit(of, { low: change, high: change }, a?.value ?? 0);
  const sureLimit = condition.comparison === '>' ? Math.min(0, limit) : Math.max(0, limit);
  return isBeyond(condition, seen, limit) && isBeyond(condition, changeOf(of, a, b, difference), sureLimit);
}

function isBeyond({ comparison }: Condition, { low, high }: Interval, limit: number): boolean {
  return comparison === '>' ? low > limit : high < limit;
}

/** A count has happened as often as it has. */
function valueOf(b: SideFigure, random: RandomBits): Interval {
  return b.isExact ? { low: b.value, high: b.value } : widen(valueInterval(b, random), b.clockError);
}

function changeOf(
  of: 'change' | 'relative change',
  a: SideFigure | null,
  b: SideFigure,
  known: Interval | null,
): Interval {
  const before = a?.value ?? 0;
  const clockError = (a?.clockError ?? 0) + b.clockError;
  // Without an interval it is the figures of these runs that are compared.
  const interval = known ?? widen({ low: b.value - before, high: b.value - before }, clockError);
  return inUnit(of, interval, before);
}

/** A difference as it is, or as a share of what was before. */
function inUnit(of: 'change' | 'relative change', { low, high }: Interval, before: number): Interval {
  if (of === 'change') return { low, high };
  // Of nothing any change is one without bounds.
  return {
    low: relative(low, before) ?? (low > 0 ? Infinity : -Infinity),
    high: relative(high, before) ?? (high < 0 ? -Infinity : Infinity),
  };
}

/** Null for any change from nothing, or from less than nothing, which is no share of it. */
function relative(difference: number, before: number): number | null {
  if (difference === 0) return 0;
  return before > 0 ? difference / before : null;
}

function isBounded({ low, high }: Interval): boolean {
  return Number.isFinite(low) && Number.isFinite(high);
}

function scaled({ low, high }: Interval, unit: number): Interval {
  return { low: low / unit, high: high / unit };
}

function widen({ low, high }: Interval, error: number): Interval {
  return { low: low - error, high: high + error };
}
