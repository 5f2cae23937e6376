import type { CrowdFigures } from '../load/crowd.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';
import type { Phase } from './memory-track.js';

/** The connections of the good clients since the attack began. */
export type GoodConnections = Pick<
  DetailsOf<'chaos'>['harm'],
  'goodDisconnected' | 'goodOutageMs' | 'goodBefore' | 'goodAtEnd'
>;

/** What became of the connections of the good clients, from one phase to the next; one that did not come is missing. */
export function goodConnections(phases: Partial<Readonly<Record<Phase, CrowdFigures>>>): GoodConnections {
  const { before, during, after } = phases;
  const since = [during, after].filter((phase) => phase !== undefined);
  const pairs = [[before, during] as const, [during, after] as const];
  return {
    goodDisconnected: pairs.reduce((sum, [previous, phase]) => sum + brokenIn(phase, previous), 0),
    goodOutageMs: since.reduce((sum, { total }) => sum + total.outageMs, 0),
    goodBefore: presentIn(before),
    goodAtEnd: presentIn(since.at(-1) ?? before),
  };
}

function brokenIn(phase: CrowdFigures | undefined, previous: CrowdFigures | undefined): number {
  const earlier = new Map(previous?.sessions.map((session) => [session.name, session]));
  return (phase?.sessions ?? []).reduce((sum, session) => sum + breaks(session, earlier.get(session.name)), 0);
}

/** Outages that began in the phase of `session`: one that began in the phase before counted there already. */
function breaks(session: Subject, previous: Subject | undefined): number {
  const outages = session.reconnects + (isAway(session) ? 1 : 0);
  const carried = previous !== undefined && isAway(previous) ? 1 : 0;
  return Math.max(0, outages - carried);
}

/** Whether it had lost its connection at the end, or had given up. */
function isAway({ state }: Subject): boolean {
  return state === 'reconnecting' || state === 'failed';
}

/** Who came to the end of a stream needs no connection any more. */
function presentIn(phase: CrowdFigures | undefined): number {
  return (phase?.sessions ?? []).filter(({ state }) => state === 'connected' || state === 'ended').length;
}
