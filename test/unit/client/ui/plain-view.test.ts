import { describe, expect, it } from 'vitest';
import type { ConnectionState, Snapshot } from '../../../../client/metrics/snapshot.js';
import { PlainView } from '../../../../client/ui/plain-view.js';

function snapshot(durationMs: number, state: ConnectionState = 'connected'): Snapshot {
  const clock = { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } };
  return {
    server: 's:1',
    state,
    notice: null,
    startedAtUs: 0,
    durationMs,
    reconnects: 0,
    outageMs: 0,
    clock,
    streams: [],
  };
}

function printedBy(snapshots: readonly Snapshot[]): string[] {
  const lines: string[] = [];
  const view = new PlainView((text) => lines.push(text));
  for (const one of snapshots) view.render(one);
  return lines;
}

describe('PlainView', () => {
  it('prints once a second, beginning with the first whole one', () => {
    const lines = printedBy([0, 200, 800, 1000, 1200, 1999, 2000, 4100].map((ms) => snapshot(ms)));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['1s', '2s', '4s']);
  });

  it('prints at once when the connection changes', () => {
    const states = [snapshot(1000), snapshot(1100, 'reconnecting'), snapshot(1200, 'reconnecting'), snapshot(1300)];
    expect(printedBy(states)).toHaveLength(3);
  });

  it('tells of a connection that never came up before a second is over', () => {
    expect(printedBy([snapshot(0, 'connecting'), snapshot(10, 'closed')])).toEqual(['0s  closed']);
  });
});
