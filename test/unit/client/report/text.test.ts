import { describe, expect, it } from 'vitest';

import { formatSummary } from '../../../../client/report/text.js';
import { sampleSnapshot, sampleStream } from '../../../helpers/sample-snapshot.js';

describe('formatSummary', () => {
  it('shows one stream', () => {
    expect(formatSummary(sampleSnapshot()).split('\n')).toEqual([
      '127.0.0.1:8000: 12s, 1 stream, no outage',
      'clock    server minus ours +5.00 s ± 87 µs, drift -1.2 ppm, round trip 151 µs at least, 196 µs in the middle',
      '',
      'stream sample (1280x720, 30.0 fps)',
      '  jpeg     encoded: the source is h264',
      '  frames   369 received, 0 lost, 0 skipped, 0 corrupt',
      '  rate     30.0 fps (29 to 31 in a second), 7.2 Mbit/s (at most 7.4 Mbit/s), 11.1 MB',
      '  latency  p50 12.4 ms ± 0.3 ms since due, mean 12.4 ms, standard deviation 801 µs',
      '',
      '               p50      p90      p99    p99.9      max',
      '  latency  12.4 ms  13.0 ms  15.5 ms  21.0 ms  21.0 ms',
      '  age      12.4 ms           44.0 ms           78.0 ms',
      '  jitter    212 µs            1.1 ms',
      '  decode    850 µs            1.3 ms',
      '  queue      40 µs             90 µs',
      '  encode    7.8 ms            9.9 ms',
      '  publish    12 µs             31 µs',
      '  network   3.1 ms            4.2 ms',
    ]);
  });

  it('says what is not known', () => {
    const stream = sampleStream({
      state: 'offline',
      reason: 'the camera is gone',
      frames: { received: 0, lost: 0, skipped: 0, corrupt: 0, kept: 0 },
      latencyUs: { ...sampleStream().latencyUs, count: 0, p50: null, errorUs: null },
    });
    const clock = { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } };
    const snapshot = sampleSnapshot({
      clock,
      streams: [stream],
      notice: 'The server\u001b[2J cannot be reached.',
      reconnects: 1,
      outageMs: 3_100,
    });
    expect(formatSummary(snapshot).split('\n')).toEqual([
      '127.0.0.1:8000: 12s, 1 stream, 1 reconnect, 3.10 s of outage',
      'The server?[2J cannot be reached.',
      "clock    no estimate of the server's clock",
      '',
      'stream sample (1280x720, 30.0 fps)',
      '  jpeg     encoded: the source is h264',
      '  frames   0 received, 0 lost, 0 skipped, 0 corrupt',
      '  Note: The stream is offline: the camera is gone',
      '  Note: No frame came, so nothing was measured.',
    ]);
  });

  it('leaves out rows in which nothing was measured', () => {
    const { stagesUs, latencyUs } = sampleStream();
    const unknown = { p50: null, p99: null };
    const stream = sampleStream({
      latencyUs: { ...latencyUs, count: 0, p50: null },
      ageUs: { ...unknown, max: null },
      stagesUs: { ...stagesUs, network: unknown },
    });
    const labels = formatSummary(sampleSnapshot({ streams: [stream] }))
      .split('\n')
      .filter((line) => / [µm]s$/.test(line))
      .map((line) => line.trim().split(' ')[0]);
    expect(labels).toEqual(['jitter', 'decode', 'queue', 'encode', 'publish']);
  });

  it('shows what is not known of a source that was never reached', () => {
    const encoding = { mode: 'unknown', reason: 'the source was not reached yet' } as const;
    const stream = sampleStream({
      ...{ width: 0, height: 0, nominalFps: null, encoding, state: 'offline', reason: 'No route; next try in 4 s.' },
      frames: { received: 0, lost: 0, skipped: 0, corrupt: 0, kept: 2 },
      latencyUs: { ...sampleStream().latencyUs, count: 0, p50: null, errorUs: null },
    });
    expect(
      formatSummary(sampleSnapshot({ streams: [stream] }))
        .split('\n')
        .slice(3, 7),
    ).toEqual([
      'stream sample (size not known, rate not known)',
      '  jpeg     unknown: the source was not reached yet',
      '  frames   0 received, 0 lost, 0 skipped, 0 corrupt, 2 of the past',
      '  Note: The stream is offline: No route; next try in 4 s.',
    ]);
  });

  it('lists the stages that frames went through, under the names that fit', () => {
    const stagesOf = (overrides: Parameters<typeof sampleStream>[0]) =>
      formatSummary(sampleSnapshot({ streams: [sampleStream(overrides)] }))
        .split('\n')
        .slice(-6)
        .map((line) => line.trim().split(' ')[0]);
    const { stagesUs } = sampleStream();
    const process = { p50: 3_000, p99: 4_000 };
    const names = ['decode', 'process', 'queue', 'encode', 'publish', 'network'];
    expect(stagesOf({ stagesUs: { ...stagesUs, process } })).toEqual(names);
    const encoding = { mode: 'pass-through', reason: '' } as const;
    const none = { p50: 0, p99: 0 };
    const passed = stagesOf({ encoding, stagesUs: { ...stagesUs, queue: none, encode: none } });
    expect(passed).toEqual(['latency', 'age', 'jitter', 'receive', 'publish', 'network']);
  });

  it('shows streams one under the other', () => {
    const streams = [sampleStream(), sampleStream({ name: 'door' })];
    const blocks = formatSummary(sampleSnapshot({ streams })).split('\n\nstream ');
    expect(blocks).toHaveLength(3);
    expect(blocks[0]).toContain('2 streams');
    expect(blocks[2]).toMatch(/^door /);
  });

  it('is one line about the connection when there was no stream', () => {
    const lines = formatSummary(sampleSnapshot({ streams: [], durationMs: 0 })).split('\n');
    expect(lines[0]).toBe('127.0.0.1:8000: 0s, 0 streams, no outage');
    expect(lines).toHaveLength(2);
  });
});
