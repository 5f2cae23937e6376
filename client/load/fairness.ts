import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';

/**
 * How alike the sessions fared that were connected all the time; null for fewer than two. Frames are compared as shares of
 * what each was announced, so that targets of different rates are not unfair to one another. The index is that of Jain,
 * Chiu and Hawe, "A Quantitative Measure of Fairness and Discrimination" (1984): 1 when all got as much, 1/n when one got
 * everything.
 */
export function fairnessOf(sessions: readonly Subject[]): DetailsOf<'load'>['fairness'] {
  const steady = sessions.filter(({ state, outageMs, reconnects }) => {
    return state === 'connected' && outageMs === 0 && reconnects === 0;
  });
  if (steady.length < 2) return null;
  const frames = steady.map((session) => session.frames.received);
  const isRateKnown = steady.every(({ nominalFps }) => nominalFps !== null && nominalFps > 0);
  const shares = steady.map((session) => session.frames.received / (isRateKnown ? (session.nominalFps ?? 1) : 1));
  const p99s = steady.flatMap(({ latencyUs }) => latencyUs.p99 ?? []);
  return {
    jain: jainIndex(shares),
    leastFrames: Math.min(...frames),
    mostFrames: Math.max(...frames),
    bestP99Us: p99s.length === 0 ? null : Math.min(...p99s),
    worstP99Us: p99s.length === 0 ? null : Math.max(...p99s),
  };
}

/** Null where nobody got anything. */
function jainIndex(shares: readonly number[]): number | null {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? null : Math.min(1, (sum * sum) / (shares.length * squares));
}
