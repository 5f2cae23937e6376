import { describe, expect, it } from 'vitest';
import type { ConnectionState, Snapshot, StreamSnapshot } from '../../../../client/metrics/snapshot.js';
import { PlainView } from '../../../../client/ui/plain-view.js';
import { connected, liveStream } from '../../../helpers/chart-samples.js';
import { samplePath } from '../../../helpers/sample-snapshot.js';

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

  it('prints at once what changes about a stream, once', () => {
    const live = [liveStream(1, { name: 'cam1' })];
    const frozen = [liveStream(1, { name: 'cam1', state: 'frozen', reason: 'It stands still.' })];
    const lines = printedBy([
      connected(live, { durationMs: 1_000 }),
      connected(frozen, { durationMs: 1_300 }),
      connected(frozen, { durationMs: 1_600 }),
      connected(frozen, { durationMs: 2_000 }),
      connected(live, { durationMs: 2_100 }),
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^1s {2}cam1 30\.0 fps/),
      '1s  cam1 live -> frozen: It stands still.',
      expect.stringMatching(/^2s {2}cam1 frozen 30\.0 fps/),
      '2s  cam1 frozen -> live',
    ]);
  });

  it('tells once of a path of a probe from which nothing comes', () => {
    const path = (state: StreamSnapshot['state'], reason: string | null = null) => [samplePath({ state, reason })];
    const lines = printedBy([
      connected(path('idle'), { state: 'connecting', durationMs: 0 }),
      connected(path('connecting'), { state: 'connecting', durationMs: 500 }),
      connected(path('connecting'), { state: 'connecting', durationMs: 1_000 }),
      connected(path('live'), { durationMs: 2_000 }),
      ...[3_000, 4_000, 5_000].map((durationMs) =>
        connected(path('offline', 'It is gone.'), { state: 'reconnecting', durationMs }),
      ),
      connected(path('live'), { durationMs: 6_000 }),
    ]);
    expect(lines).toEqual([
      '0s  rtsp connecting',
      '2s  rtsp connecting -> live',
      expect.stringMatching(/^2s {2}rtsp 30\.0 fps/),
      '3s  rtsp live -> offline: It is gone.',
      '6s  rtsp offline -> live',
      expect.stringMatching(/^6s {2}rtsp 30\.0 fps/),
    ]);
  });
});
