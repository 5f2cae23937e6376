import { describe, expect, it } from 'vitest';
import type { StreamSnapshot } from '../../../../client/metrics/snapshot.js';
import { formatPlainLine, formatTransitions } from '../../../../client/ui/plain.js';
import { connected, emptyStream, liveStream, second } from '../../../helpers/chart-samples.js';

const CLOCK = { offsetUs: 200, errorUs: 100, driftPpm: 1, rttUs: { min: 180, p50: 260 } };

describe('formatPlainLine', () => {
  it('tells rates and latency of the newest second, and counts of the whole run', () => {
    const stream = liveStream(0, {
      name: 'cam1',
      frames: { received: 360, lost: 0, skipped: 2, corrupt: 0, kept: 0 },
      seconds: [second(10, 9_000), { ...second(11, 3_100, 100), latencyP99Us: 5_000 }],
    });
    expect(formatPlainLine(connected([stream], { durationMs: 12_040, clock: CLOCK }), null)).toBe(
      '12s  cam1 30.0 fps  7.4 Mbit/s  latency p50 3.1 ms ± 0.1 ms  p99 5.0 ms  since due  lost 0  skipped 2  clock +200 µs ± 100 µs',
    );
  });

  it('mentions damaged frames and negative latency only where there are any', () => {
    const { latencyUs } = liveStream();
    const stream = liveStream(1, {
      frames: { received: 360, lost: 4, skipped: 0, corrupt: 3, kept: 0 },
      latencyUs: { ...latencyUs, negative: 12_345 },
    });
    expect(formatPlainLine(connected([stream]), null)).toContain('lost 4  skipped 0  corrupt 3  negative 12.3k  clock');
  });

  it('has a line for each stream, each with the time', () => {
    const streams = [
      liveStream(1, { name: 'cam1' }),
      emptyStream({ name: 'cam2', state: 'offline', reason: 'no\nfile' }),
    ];
    const lines = formatPlainLine(connected(streams, { durationMs: 65_000 }), null).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^1m 05s {2}cam1 30\.0 fps/);
    expect(lines[1]).toBe('1m 05s  cam2 offline: no file');
  });

  it.each([
    { stream: liveStream(0), text: /sample 30\.0 fps {2}7\.2 Mbit\/s {2}waiting for frames {2}lost 0/ },
    { stream: liveStream(0, { seconds: [second(0, null)] }), text: /0\.0 fps {2}0\.00 Mbit\/s {2}no frames/ },
    {
      stream: liveStream(0, { seconds: [{ ...second(0, 1), latencyP50Us: null }] }),
      text: /30\.0 fps {2}7\.4 Mbit\/s {2}latency not known yet/,
    },
  ])('says in words what is not known: $text', ({ stream, text }) => {
    expect(formatPlainLine(connected([stream]), null)).toMatch(text);
  });

  it('says in words that the clock is not known', () => {
    const clock = { ...CLOCK, offsetUs: null, errorUs: null };
    expect(formatPlainLine(connected([liveStream(1)], { clock }), null)).toMatch(/clock not known yet$/);
  });

  it('says why there is no connection, instead of stale figures', () => {
    const snapshot = connected([liveStream(4)], {
      state: 'reconnecting',
      notice: 'read ECONNRESET',
      durationMs: 9_000,
    });
    expect(formatPlainLine(snapshot, null)).toBe('9s  reconnecting: read ECONNRESET');
    expect(formatPlainLine({ ...snapshot, state: 'connecting', notice: null }, null)).toBe('9s  connecting');
  });

  it('tells once that the connection is back', () => {
    const before = connected([liveStream(4)], { durationMs: 9_000, reconnects: 1 });
    const after = { ...before, durationMs: 10_000, reconnects: 2, outageMs: 14_200 };
    expect(formatPlainLine(after, before).split('\n')[0]).toBe(
      '10s  connected again (reconnects 2, outage 14s in all)',
    );
    expect(formatPlainLine(after, after).split('\n')).toHaveLength(1);
  });

  it('tells a notice once', () => {
    const snapshot = connected([liveStream(4)], { notice: 'cam2 appeared', durationMs: 10_000 });
    expect(formatPlainLine(snapshot, null).split('\n')[0]).toBe('10s  cam2 appeared');
    expect(formatPlainLine(snapshot, snapshot).split('\n')).toHaveLength(1);
  });

  it('shows the figures of a source that is not well but delivers, with its state', () => {
    for (const state of ['degraded', 'frozen', 'clock-jump'] as const) {
      const line = formatPlainLine(connected([liveStream(1, { state, reason: 'why' })]), null);
      expect(line).toContain(`  sample ${state} 30.0 fps  `);
    }
    const silent = liveStream(1, { state: 'silent', reason: 'Nothing came for 3 s.' });
    expect(formatPlainLine(connected([silent], { durationMs: 4_000 }), null)).toBe(
      '4s  sample silent: Nothing came for 3 s.',
    );
  });

  it('has no line for a stream that was removed, and says when none is left', () => {
    const removed = liveStream(1, { name: 'cam2', state: 'removed', reason: 'It was taken away.' });
    const lines = formatPlainLine(connected([liveStream(1), removed]), null).split('\n');
    expect(lines).toHaveLength(1);
    expect(formatPlainLine(connected([removed], { durationMs: 4_000 }), null)).toBe(
      '4s  connected, every stream was removed',
    );
  });

  it('says that there is no stream', () => {
    expect(formatPlainLine(connected([], { durationMs: 1_000 }), null)).toBe('1s  connected, no stream yet');
  });
});

describe('formatTransitions', () => {
  const cam = (state: StreamSnapshot['state'], reason: string | null = null) =>
    liveStream(1, { name: 'cam1', state, reason });
  const after = (stream: StreamSnapshot) => connected([stream], { durationMs: 12_000 });

  it('has a line for each stream whose state is another one, with the reason', () => {
    const offline = cam('offline', 'Connection\nrefused; next try in 4 s.');
    expect(formatTransitions(after(offline), after(cam('live')))).toBe(
      '12s  cam1 live -> offline: Connection refused; next try in 4 s.',
    );
    expect(formatTransitions(after(cam('live')), after(offline))).toBe('12s  cam1 offline -> live');
    const removed = cam('removed', 'It was taken away.');
    expect(formatTransitions(after(removed), after(cam('live')))).toBe('12s  cam1 live -> removed: It was taken away.');
  });

  it('tells of another reason for the same state', () => {
    const again = after(cam('offline', 'No route; next try in 8 s.'));
    expect(formatTransitions(again, after(cam('offline', 'No route; next try in 4 s.')))).toBe(
      '12s  cam1 offline: No route; next try in 8 s.',
    );
    expect(formatTransitions(again, again)).toBe('');
  });

  it('tells of a stream that appeared, but not of those that were there when the connection came up', () => {
    const both = connected([cam('live'), liveStream(1, { name: 'cam2', state: 'connecting' })], { durationMs: 12_000 });
    expect(formatTransitions(both, after(cam('live')))).toBe('12s  cam2 appeared, connecting');
    expect(formatTransitions(both, connected([], { state: 'connecting' }))).toBe('');
    expect(formatTransitions(connected([cam('live')], { state: 'reconnecting' }), after(cam('silent')))).toBe('');
  });
});
