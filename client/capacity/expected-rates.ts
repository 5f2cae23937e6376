import type { Subject } from '../report/run-report-schema.js';

/** `sessions` with the rate that is expected of them, in frames a second, where they announce none themselves. */
export function withRates(
  sessions: readonly Subject[],
  rateOf: (session: Subject) => number | null | undefined,
): Subject[] {
  return sessions.map((session) => ({ ...session, nominalFps: session.nominalFps ?? rateOf(session) ?? null }));
}
