import { describe, expect, it } from 'vitest';
import { formatPlainLine } from '../../../../client/ui/plain.js';
import { connected, emptyStream, liveStream, second } from '../../../helpers/chart-samples.js';

const CLOCK = { offsetUs: 200, errorUs: 100, driftPpm: 1, rttUs: { min: 180, p50: 260 } };

describe('formatPlainLine', () => {
  it('tells rates and latency of the newest second, and counts of the whole run', () => {
    const stream = liveStream(0, {
      name: 'cam1',
      frames: { received: 360, lost: 0, skipped: 2, corrupt: 0 },
      seconds: [second(10, 9_000), { ...second(11, 3_100, 100), latencyP99Us: 5_000 }],
    });
    expect(formatPlainLine(connected([stream], { durationMs: 12_040, clock: CLOCK }), null)).toBe(
      '12s  cam1 30.0 fps  7.4 Mbit/s  latency p50 3.1 ms ± 0.1 ms  p99 5.0 ms  lost 0  skipped 2  clock +200 µs ± 100 µs',
    );
  });

  it('mentions damaged frames and negative latency only where there are any', () => {
    const { latencyUs } = liveStream();
    const stream = liveStream(1, {
      frames: { received: 360, lost: 4, skipped: 0, corrupt: 3 },
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

  it('says that there is no stream', () => {
    expect(formatPlainLine(connected([], { durationMs: 1_000 }), null)).toBe('1s  connected, no stream yet');
  });
});
