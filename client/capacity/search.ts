import { SearchEnded, resolutionAt } from './search-plan.js';
import type { Measure, RoundResult, SearchPlan, Unusable } from './search-plan.js';
import { SearchRound } from './search-round.js';

/**
 * Why a search ended: two rounds agreed, there was to be one only, no size broke, the rounds did not agree, or a step said
 * nothing.
 */
export type SearchEnd = 'agreed' | 'single round' | 'no limit' | 'unstable' | Unusable;

/** What a search found. */
export interface SearchResult {
  readonly end: SearchEnd;
  /** Complete ones. */
  readonly rounds: readonly RoundResult[];
  /** The capacity lies in it, both ends included; `to` is null where no limit is known. */
  readonly interval: { readonly from: number; readonly to: number | null };
}

/**
 * Finds the largest size that `measure` holds: grow until it breaks, halve the distance, soak at the result, confirm that
 * one step above fails; and again from there until two rounds agree. Nothing is assumed of the system but that more is not
 * easier: a step that breaks is measured twice before it counts, and a limit that moves is followed.
 */
export async function searchCapacity(plan: SearchPlan, measure: Measure): Promise<SearchResult> {
  const rounds: RoundResult[] = [];
  while (rounds.length < plan.rounds) {
    const round = new SearchRound(plan, measure, rounds.length + 1, rounds.at(-1) ?? null);
    try {
      await round.run();
    } catch (thrown) {
      if (!(thrown instanceof SearchEnded)) throw thrown;
      return { end: thrown.why, rounds, interval: knownSoFar(rounds, round.result) };
    }
    rounds.push(round.result);
    if (round.result.breaks === null)
      return { end: 'no limit', rounds, interval: { from: round.result.holds, to: null } };
    const lastTwo = rounds.slice(-2);
    if (agree(plan, lastTwo)) return { end: 'agreed', rounds, interval: spanOf(lastTwo) };
  }
  return { end: plan.rounds === 1 ? 'single round' : 'unstable', rounds, interval: spanOf(rounds) };
}

function agree(plan: SearchPlan, [first, second]: readonly RoundResult[]): boolean {
  if (!first || !second) return false;
  return Math.abs(first.holds - second.holds) <= resolutionAt(plan, Math.max(first.holds, second.holds));
}

/** From the least that held to the most that no round found broken. */
function spanOf(rounds: readonly RoundResult[]): SearchResult['interval'] {
  const from = Math.min(...rounds.map(({ holds }) => holds));
  const tops = rounds.map(({ holds, breaks }) => (breaks === null ? null : Math.max(holds, breaks - 1)));
  return { from, to: tops.includes(null) ? null : Math.max(...tops.map(Number)) };
}

/** A round that broke off says what held in it, and no more. */
function knownSoFar(rounds: readonly RoundResult[], last: RoundResult): SearchResult['interval'] {
  return rounds.length > 0 ? spanOf(rounds) : { from: last.holds, to: null };
}
