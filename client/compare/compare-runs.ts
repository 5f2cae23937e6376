import { RandomBits } from '../../shared/random-bits.js';
import type { Subject } from '../report/run-report-schema.js';
import { CAPACITY_FIGURE, COMPARED_FIGURES } from './compare-figures.js';
import { compareRow, judgedRow } from './compare-row.js';
import type { ComparedSubject, JudgedRow } from './compare-row.js';
import type { ComparedRun } from './compared-run.js';
import type { Condition } from './condition.js';
import type { Interval } from './confidence.js';
import { RunDraws } from './run-draws.js';
import type { Measured, SideFigure } from './side-figure.js';

/** The runs of both sides; neither is empty. */
export interface Sides {
  readonly a: readonly ComparedRun[];
  readonly b: readonly ComparedRun[];
}

/** What every run of both sides has, figure by figure. */
export interface Comparison {
  readonly subjects: readonly ComparedSubject[];
  readonly rows: readonly JudgedRow[];
}

/** Any number: the same files give the same intervals every time. */
const SEED = 20_260;
/** Different for each run on a side, so that each is drawn on its own. */
const SEEDS_A_SUBJECT = 1000;

/**
 * Compares everything that all runs have: the total, and what has the same name. Conditions are about the total, or about
 * every subject where there is none.
 *
 * @throws {StreamerError} BAD_REPORT for a histogram that is none.
 */
export function compareRuns(sides: Sides, conditions: readonly Condition[]): Comparison {
  const random = new RandomBits(SEED);
  const capacity = capacityRow(sides, conditions, random);
  if (capacity) return { subjects: [], rows: [capacity] };
  const subjects = commonSubjects(sides);
  const hasTotal = sides.a[0]?.total != null && sides.b[0]?.total != null;
  const rows = subjects.flatMap((subject, index) => {
    const own = index === 0 || !hasTotal ? conditions : [];
    return COMPARED_FIGURES.map((figure) => compareRow(figure, subject, own, random)).filter((row) => row !== null);
  });
  return { subjects, rows };
}

function commonSubjects(sides: Sides): ComparedSubject[] {
  const totals = pairOf('total', sides, ({ total }) => total, 0);
  const named = (sides.a[0]?.subjects ?? []).flatMap(({ name, kind }, index) => {
    const find = (run: ComparedRun) => run.subjects.find((other) => other.name === name && other.kind === kind) ?? null;
    return pairOf(name, sides, find, index + 1) ?? [];
  });
  // The one part of a total is the total.
  if (totals && sides.a[0]?.subjects.length === 1) return [totals];
  return [...(totals ? [totals] : []), ...named];
}

/** Null where a run does not have it. */
function pairOf(
  name: string,
  { a, b }: Sides,
  find: (run: ComparedRun) => Subject | null,
  place: number,
): ComparedSubject | null {
  const measured = (run: ComparedRun, index: number): Measured[] => {
    const subject = find(run);
    return subject ? [{ run, subject, draws: new RunDraws(subject, run, SEED + place * SEEDS_A_SUBJECT + index) }] : [];
  };
  const ofA = a.flatMap((run, index) => measured(run, index));
  const ofB = b.flatMap((run, index) => measured(run, a.length + index));
  return ofA.length === a.length && ofB.length === b.length ? { name, a: ofA, b: ofB } : null;
}

/** A search tells between which sizes the limit is, which is all that can be known of it. */
function capacityRow({ a, b }: Sides, conditions: readonly Condition[], random: RandomBits): JudgedRow | null {
  const [ofA, ofB] = [a.map(({ capacity }) => capacity), b.map(({ capacity }) => capacity)];
  if (ofA.includes(null) || ofB.includes(null)) return null;
  const from = (each: typeof ofA): number[] => each.map((found) => found?.from ?? 0);
  const to = (each: typeof ofA): number[] => each.map((found) => found?.to ?? Infinity);
  // Where no limit was found on one side, the difference has no end on that side.
  const difference: Interval = {
    low: Math.min(...from(ofB)) - Math.max(...to(ofA)),
    high: Math.max(...to(ofB)) - Math.min(...from(ofA)),
  };
  const figures = { a: searched(from(ofA)), b: searched(from(ofB)), difference };
  const asked = conditions.filter(({ figure }) => figure === 'capacity');
  return judgedRow(CAPACITY_FIGURE, 'capacity', figures, asked, random);
}

function searched(values: readonly number[]): SideFigure {
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  return {
    value,
    values,
    logRatios: () => null,
    events: Infinity,
    windowMs: 0,
    clockError: 0,
    isExact: true,
    isAtLeast: false,
  };
}
