import { describe, expect, it } from 'vitest';
import { goodConnections } from '../../../../client/chaos/good-connections.js';
import type { CrowdFigures } from '../../../../client/load/crowd.js';
import type { Subject } from '../../../../client/report/run-report-schema.js';
import { generatorOf, subjectOf } from '../../../helpers/trust-samples.js';

type State = Subject['state'];

/** A phase of good clients, each with its state at the end and the reconnects it had. */
function phase(...clients: readonly (readonly [State, number])[]): CrowdFigures {
  const sessions = clients.map(([state, reconnects], n) => subjectOf({ name: `good-${n}`, state, reconnects }));
  const total = subjectOf({ outageMs: 1000 });
  const rest = { targets: [], clocks: [], generator: generatorOf(), lostThreads: [] };
  return { windowMs: 1000, total, sessions, ...rest };
}

const broken = (...phases: readonly CrowdFigures[]) => {
  const [before, during, after] = phases;
  return goodConnections({ ...(before && { before }), ...(during && { during }), ...(after && { after }) });
};
const well = phase(['connected', 0], ['connected', 0]);

describe('goodConnections', () => {
  it('is none where nothing broke, and before the attack', () => {
    expect(broken(well, well, well)).toEqual({
      ...{ goodDisconnected: 0, goodOutageMs: 2000, goodBefore: 2, goodAtEnd: 2 },
    });
    const restless = phase(['connected', 3], ['connected', 0]);
    expect(broken(restless, well)).toMatchObject({ goodDisconnected: 0, goodOutageMs: 1000 });
    expect(broken()).toMatchObject({ goodDisconnected: 0, goodBefore: 0, goodAtEnd: 0 });
  });

  it('is each reconnect', () => {
    const after = phase(['connected', 1], ['connected', 0]);
    expect(broken(well, phase(['connected', 2], ['connected', 1]), after)).toMatchObject({ goodDisconnected: 4 });
  });

  it('is an outage that lasts to the end', () => {
    expect(broken(well, well, phase(['reconnecting', 0], ['reconnecting', 1]))).toMatchObject({
      ...{ goodDisconnected: 3, goodAtEnd: 0 },
    });
  });

  it('is a client that gave up, once', () => {
    const gone = phase(['failed', 0], ['connected', 0]);
    expect(broken(well, gone, gone)).toMatchObject({ goodDisconnected: 1, goodBefore: 2, goodAtEnd: 1 });
  });

  it('is an outage once that goes on in the next phase, wherever it ends', () => {
    const away = phase(['reconnecting', 0], ['connected', 0]);
    const back = phase(['connected', 1], ['connected', 0]);
    expect(broken(well, away, away)).toMatchObject({ goodDisconnected: 1 });
    expect(broken(well, away, back)).toMatchObject({ goodDisconnected: 1, goodAtEnd: 2 });
    // It was away before anybody attacked.
    expect(broken(away, back, well)).toMatchObject({ goodDisconnected: 0, goodBefore: 1, goodAtEnd: 2 });
  });

  it('is nobody who came to the end of the stream', () => {
    const ended = phase(['ended', 0], ['ended', 0]);
    expect(broken(well, well, ended)).toMatchObject({ goodDisconnected: 0, goodAtEnd: 2 });
  });
});
