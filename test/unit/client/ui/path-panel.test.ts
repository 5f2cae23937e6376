import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import type { Paint } from '../../../../client/ui/paint.js';
import { pathLines } from '../../../../client/ui/path-panel.js';
import { formatPlainLine } from '../../../../client/ui/plain.js';
import { headline, keyLine, messageLine, statusLine } from '../../../../client/ui/status.js';
import { streamTable } from '../../../../client/ui/stream-table.js';
import { nothingText } from '../../../../client/ui/stream-words.js';
import type { StreamSnapshot } from '../../../../client/metrics/snapshot.js';
import { samplePath, sampleSnapshot, sampleStream, troubledPath } from '../../../helpers/sample-snapshot.js';

const PLAIN: Paint = (text) => text;
const MARKED: Paint = (text, role) => `<${role}>${text}`;
const linesOf = (path: StreamSnapshot, columns = 70, paint = PLAIN) =>
  path.probe ? pathLines(path, path.probe, columns, GLYPHS.braille, paint) : [];

describe('pathLines', () => {
  it('tells what is known of a path', () => {
    expect(linesOf(samplePath())).toEqual([
      'measured by  time code',
      'outages      none',
      'freezes      none',
      'gaps         none',
      'time code    capture, read in 369',
      'first frame  640 ms',
      'time line    no leap',
      'repeated     0, out of order 0',
      'latency has  FFmpeg: demuxing and decoding',
      'url          rtsp://user:***@host:8554/cam',
      'size changes 0',
    ]);
  });

  it('marks what is wrong', () => {
    const lines = linesOf(troubledPath(), 70, MARKED);
    expect(lines).toContain('freezes      <bad>3, 4.00 s, longest 2.00 s');
    expect(lines).toContain('outages      <bad>1 and 1 now, 1.50 s');
    expect(lines).toContain('path states  p50 12.0 ms ± 0.3 ms');
    expect(lines).toContain('time code    capture, read in 299, not in 1');
    expect(lines).toContain('time line    2 leaps, 5 pictures');
  });

  it('tells an outage that lasts from those that are over', () => {
    const outages = (state: StreamSnapshot['state'], reconnects: number) =>
      linesOf(samplePath({ state }, { reconnects, outageUs: 8_520_000 })).find((line) => line.startsWith('outages'));
    expect(outages('offline', 0)).toBe('outages      1 now, 8.52 s');
    expect(outages('live', 2)).toBe('outages      2, 8.52 s');
  });

  it('cuts no figure in a terminal of 80 columns', () => {
    // Where the table of paths stands beside it.
    expect(linesOf(troubledPath(), 32).slice(0, 9)).toEqual([
      'measured by  time code',
      'path states  12.0 ms ± 0.3 ms',
      'outages      1 and 1 now, 1.50 s',
      'freezes      3, longest 2.00 s',
      'gaps         9, longest 600 ms',
      'time code    capture in 299',
      'first frame  640 ms',
      'time line    2 leaps, 5 pictures',
      'repeated     7, out of order 1',
    ]);
  });

  it('fits into any width', () => {
    for (const columns of [0, 5, 13, 14, 32, 200]) {
      for (const line of linesOf(troubledPath(), columns))
        expect(line.length).toBeLessThanOrEqual(Math.max(13, columns));
    }
  });
});

describe('the paths of a probe', () => {
  const streams = [samplePath(), troubledPath()];

  it('have a table of their own', () => {
    const { headers, rows } = streamTable(streams, 0, 220, GLYPHS.braille);
    const names = 'path p50 p99 ±error measuredby fps Mbit/s first lost freezes gaps codec size state'.split(' ');
    expect(headers.map((header) => header.replaceAll(' ', ''))).toEqual(names);
    expect(rows[1]?.slice(1, 6).map((cell) => cell.trim())).toEqual([
      '4.10 s',
      '15.5 ms',
      '270 µs',
      'time code',
      '30.0',
    ]);
  });

  it('are a line each while something comes', () => {
    const lines = formatPlainLine(sampleSnapshot({ state: 'connected', streams }), null).split('\n');
    expect(lines[0]).toMatch(/^12s {2}rtsp 30\.0 fps {2}7\.2 Mbit\/s {2}waiting for frames {2}lost 0 {2}freezes 0$/);
    expect(lines).toHaveLength(1);
  });

  it('say what their latency is measured by, or that there is none', () => {
    expect(headline(samplePath()).since).toBe('by time code');
    const unknown = { ...sampleStream().latencyUs, count: 0, p50: null };
    expect(nothingText(samplePath({ latencyUs: unknown }))).toBe('no latency: the pictures carry no capture time');
    expect(messageLine(sampleSnapshot({ state: 'connected', streams }), troubledPath())).toContain(
      'The server is gone.',
    );
  });

  it('have no live picture, and so no key for it', () => {
    expect(keyLine({ paused: false, picture: false, hasPictures: false }, 100, PLAIN)).not.toContain('live');
  });

  it('show their codec in the status line', () => {
    const view = { paused: false, picture: false, hasPictures: false };
    const snapshot = sampleSnapshot({ state: 'connected', server: '2 paths', streams });
    expect(statusLine('streamer-client', snapshot, 0, view, 120, GLYPHS.braille, PLAIN)).toMatch(
      /2 paths {2}connected {2}12s .* rtsp 1280x720, 29\.97 fps, h264 \(1 of 2\)$/,
    );
  });
});
