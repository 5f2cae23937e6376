import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';

/** How alike the sessions fared that were connected all the time; null for fewer than two. */
export function fairnessOf(sessions: readonly Subject[]): DetailsOf<'load'>['fairness'] {
  const steady = steadyOf(sessions);
  if (steady.length < 2) return null;
  const frames = steady.map((session) => session.frames.received);
  const p99s = steady.flatMap(({ latencyUs }) => latencyUs.p99 ?? []);
  return {
    jain: fairnessIndex(steady),
    leastFrames: Math.min(...frames),
    mostFrames: Math.max(...frames),
    bestP99Us: p99s.length === 0 ? null : Math.min(...p99s),
    worstP99Us: p99s.length === 0 ? null : Math.max(...p99s),
  };
}

/** Those that were connected all the time. */
export function steadyOf(sessions: readonly Subject[]): Subject[] {
  return sessions.filter(({ state, outageMs, reconnects }) => {
    return state === 'connected' && outageMs === 0 && reconnects === 0;
  });
}

/**
 * The index of Jain, Chiu and Hawe, "A Quantitative Measure of Fairness and Discrimination" (1984), over the shares of
 * `sessions`: 1 when all got as much, 1/n when one got everything. Null where nobody got anything.
 */
export function fairnessIndex(sessions: readonly Subject[]): number | null {
  const shares = sharesOf(sessions);
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? null : Math.min(1, (sum * sum) / (shares.length * squares));
}

/**
 * What each of `sessions` got, with 1 for the mean of those that it can be compared with. Streams have different rates: by
 * what is announced sessions can be compared whatever they read, and without that those of one target among themselves.
 */
export function sharesOf(sessions: readonly Subject[]): number[] {
  const isAnnounced = ({ nominalFps }: Subject) => nominalFps !== null && nominalFps > 0;
  const amountOf = (session: Subject) =>
    session.frames.received / (isAnnounced(session) ? (session.nominalFps ?? 1) : 1);
  const comparedIn = (session: Subject) => (isAnnounced(session) ? null : session.target);
  const sums = new Map<string | null, { amount: number; sessions: number }>();
  for (const session of sessions) {
    const { amount, sessions: before } = sums.get(comparedIn(session)) ?? { amount: 0, sessions: 0 };
    sums.set(comparedIn(session), { amount: amount + amountOf(session), sessions: before + 1 });
  }
  return sessions.map((session) => {
    const { amount = 0, sessions: compared = 0 } = sums.get(comparedIn(session)) ?? {};
    return amount === 0 ? 0 : amountOf(session) / (amount / compared);
  });
}
