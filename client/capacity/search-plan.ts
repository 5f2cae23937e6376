/** Why a step is made: to find an upper bound, to halve the distance, to see whether it lasts, to see that more fails. */
export type Phase = 'ramp' | 'bisect' | 'soak' | 'confirm';

/** What is to be measured next. */
export interface Step {
  readonly size: number;
  readonly phase: Phase;
  /** From 1 on. */
  readonly round: number;
  /** Whether it takes as long as a soak; others are short. */
  readonly isLong: boolean;
  /** 2 where the first measurement is to be made sure of. */
  readonly attempt: number;
}

/** Why a step says nothing: the generator was the bottleneck, a term cannot be measured here, or the user stopped. */
export type Unusable = 'generator' | 'unknown' | 'stopped';

/** How a step went: the objective held, or was broken; or nothing is known. */
export type StepState = 'holds' | 'broken' | Unusable;

/** The system under test, as the search sees it. */
export type Measure = (step: Step) => Promise<StepState>;

/** Bounds of a search. */
export interface SearchPlan {
  /** Size of the first step, at least 1 and at most `max`. */
  readonly start: number;
  readonly max: number;
  /** By how much the result may be off; null for 1, or 2 % of it where that is more. */
  readonly resolution: number | null;
  /** Rounds at most, at least 1; the search ends when two of them agree. */
  readonly rounds: number;
}

/** What one round found: the largest size that lasted, and the next one that does not; null where none was found. */
export interface RoundResult {
  readonly holds: number;
  readonly breaks: number | null;
}

const AUTOMATIC_RESOLUTION = 0.02;

/** By how much a result near `size` may be off. */
export function resolutionAt(plan: SearchPlan, size: number): number {
  return plan.resolution ?? Math.max(1, Math.floor(size * AUTOMATIC_RESOLUTION));
}

/** Thrown by a round when a step leaves nothing to find out. */
export class SearchEnded extends Error {
  override readonly name = 'SearchEnded';

  constructor(readonly why: Unusable) {
    super(`the search ended: ${why}`);
  }
}
