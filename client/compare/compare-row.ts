import type { RandomBits } from '../../shared/random-bits.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import type { ComparedFigure } from './compare-figures.js';
import { conditionOutcome } from './condition-outcome.js';
import type { FigureOfSides } from './condition-outcome.js';
import type { Condition } from './condition.js';
import type { Interval } from './confidence.js';
import { differenceInterval, sideFigure } from './side-figure.js';
import type { Measured, SideFigure } from './side-figure.js';

export type CompareRow = DetailsOf<'compare'>['rows'][number];

/** A row, and what it cannot tell of the conditions that are about it. */
export interface JudgedRow {
  readonly row: CompareRow;
  readonly undecided: readonly { readonly text: string; readonly why: string }[];
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
  { a, b, difference }: FigureOfSides,
  asked: readonly Condition[],
  random: RandomBits,
): JudgedRow {
  const widened = a && b && difference && atLeast(widen(difference, a.clockError + b.clockError), -a.value);
  const outcomes = asked.map((condition) => ({
    text: condition.text,
    ...conditionOutcome(condition, figure, { a, b, difference: widened }, random),
  }));
  // Where more may be missing on a side, nobody can tell how it changed.
  const isKnown = a !== null && b !== null && !a.isAtLeast && !b.isAtLeast;
  const undecided = outcomes.filter((outcome) => outcome.state === 'unknown');
  const row: CompareRow = {
    ...{ subject, figure: figure.name, unit: figure.unit },
    ...{ a: a?.value ?? null, b: b?.value ?? null },
    change: isKnown ? relative(b.value - a.value, a.value) : null,
    interval: a && a.value > 0 && widened && isBounded(widened) ? scaled(widened, a.value) : null,
    verdict: isKnown ? verdictOn(figure, a, b, widened) : 'unknown',
    condition: asked.length === 0 ? null : asked.map(({ text }) => text).join(', '),
    failed: outcomes.some(({ state }) => state === 'holds'),
    ...(undecided.length > 0 && { undecided: true }),
  };
  return { row, undecided };
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
  const changed = better === null ? 'changed' : isWorse ? 'worse' : 'better';
  if (!interval) {
    // A count is exact for its run; of an extreme nobody knows what another run would have.
    if (basis.kind !== 'count') return 'unknown';
    if (Math.abs(difference) <= enough) return 'same';
    return changed;
  }
  const isSure = interval.low > 0 || interval.high < 0;
  if (isSure && Math.abs(difference) >= enough) return changed;
  if (isSure || (interval.low >= -enough && interval.high <= enough)) return 'same';
  return 'unknown';
}

/** Null for any change from nothing, or from less than nothing, which is no share of it. */
function relative(difference: number, before: number): number | null {
  if (difference === 0) return 0;
  const share = before > 0 ? difference / before : null;
  return share !== null && Number.isFinite(share) ? share : null;
}

function isBounded({ low, high }: Interval): boolean {
  return Number.isFinite(low) && Number.isFinite(high);
}

function scaled({ low, high }: Interval, unit: number): Interval {
  return { low: low / unit, high: high / unit };
}

/** Nothing falls by more than all of it, whatever the clocks did; what was less than nothing can do anything. */
function atLeast({ low, high }: Interval, least: number): Interval {
  return least < 0 && high > least && Number.isFinite(low) ? { low: Math.max(least, low), high } : { low, high };
}

function widen({ low, high }: Interval, error: number): Interval {
  return { low: low - error, high: high + error };
}
