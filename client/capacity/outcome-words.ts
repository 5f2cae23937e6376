import type { TermOutcome } from './judgement.js';

/** `p99<100ms (131 ms ± 0.3 ms)`; of what the objective does not name, what happened. */
export function shownOutcome({ term, words, event }: TermOutcome): string {
  return event ?? `${term.text} (${words})`;
}

/** `p99<100ms (131 ms ± 0.3 ms) broke`; of what the objective does not name, what happened. */
export function brokenOutcome(outcome: TermOutcome): string {
  return outcome.event ?? `${shownOutcome(outcome)} broke`;
}
