import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import type { Paint } from '../../../../client/ui/paint.js';
import { headline, keyLine, messageLine, statusLine, type View } from '../../../../client/ui/status.js';
import { connected, emptyStream, liveStream } from '../../../helpers/chart-samples.js';

const PLAIN: Paint = (text) => text;
const VIEW: View = { paused: false, picture: false, hasPictures: true };
const STREAMS = [liveStream(4, { name: 'cam1' }), liveStream(4, { name: 'front-door' })];

function status(
  columns: number,
  selected = 0,
  view = VIEW,
  snapshot = connected(STREAMS, { durationMs: 80_000 }),
): string {
  return statusLine('frame-streamer', snapshot, selected, view, columns, GLYPHS.braille, PLAIN);
}

describe('statusLine', () => {
  it('says what runs, where, how and for how long, and at the right which stream', () => {
    expect(status(80)).toBe(' frame-streamer  127.0.0.1:8000  connected  1m 20s                cam1 (1 of 2)');
    expect(status(110, 1)).toMatch(/ {3}front-door 1280x720, 29\.97 fps, encoded \(2 of 2\)$/);
    expect(status(95, 1)).toMatch(/ {3}front-door 1280x720, 29\.97 fps \(2 of 2\)$/);
  });

  it('leaves out what is not known of the stream', () => {
    const shown = (stream: Parameters<typeof liveStream>[1]) =>
      status(120, 0, VIEW, connected([liveStream(4, { name: 'cam1', ...stream })])).trim();
    expect(shown({ width: 0, height: 0 })).toMatch(/ {2}cam1 29\.97 fps, encoded$/);
    expect(shown({ nominalFps: null })).toMatch(/ {2}cam1 1280x720, encoded$/);
    expect(shown({ width: 0, height: 0, nominalFps: null })).toMatch(/ {2}cam1$/);
  });

  it('says when it is paused', () => {
    expect(status(80, 0, { ...VIEW, paused: true })).toContain('connected  1m 20s  PAUSED  ');
  });

  it('shortens the server where it must, and drops the stream before it', () => {
    const server = 'a-host-with-a-long-name.example.com:8000';
    const line = status(60, 0, VIEW, connected(STREAMS, { server, durationMs: 80_000 }));
    expect(line).toContain('a-host-with-a-long-name…');
    expect(line).toContain('connected');
    expect(line).not.toContain('cam1');
  });

  it('says that there is no stream', () => {
    expect(status(80, 0, VIEW, connected([]))).toMatch(/no stream$/);
  });

  it('never exceeds the line', () => {
    const view = fc.record({ paused: fc.boolean(), picture: fc.boolean(), hasPictures: fc.boolean() });
    const server = fc.string({ maxLength: 80, unit: 'binary' });
    const ms = fc.integer({ min: 0, max: 1e11 });
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 200 }), view, server, ms, (columns, shown, host, durationMs) => {
        const snapshot = connected(STREAMS, { server: host, durationMs, state: 'reconnecting' });
        expect(status(columns, 1, shown, snapshot).length).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('headline', () => {
  it('shows p50 with its error, then p99 and the maximum', () => {
    const rest = 'p99 15.5 ms   max 21.0 ms';
    expect(headline(liveStream())).toEqual({ p50: '12.4 ms ± 0.3 ms', rest, since: 'since due' });
  });

  it('says from when on latency counts', () => {
    expect(headline(liveStream(4, { timeSource: 'arrival' })).since).toBe('since arrival');
    expect(headline(liveStream(4, { timeSource: 'source' })).since).toBe('since capture');
  });

  it('waits for frames', () => {
    expect(headline(null)).toEqual({ p50: 'waiting for frames', rest: '', since: '' });
    expect(headline(emptyStream())).toEqual({ p50: 'waiting for frames', rest: '', since: '' });
  });

  it('waits for no more of a stream that is over', () => {
    for (const state of ['ended', 'removed'] as const) {
      expect(headline(emptyStream({ state })).p50).toBe('no more frames');
    }
  });
});

describe('messageLine', () => {
  it('tells of the connection first', () => {
    const snapshot = connected([], { state: 'reconnecting', notice: 'The connection broke;\nnext try in 2 s.' });
    expect(messageLine(snapshot, emptyStream({ state: 'offline' }))).toBe('The connection broke; next try in 2 s.');
  });

  it('then of the stream, then of what the server said', () => {
    const snapshot = connected([], { notice: 'cam2 is back.' });
    const offline = emptyStream({ name: 'cam1', state: 'offline', reason: 'FFmpeg ended' });
    expect(messageLine(snapshot, offline)).toBe('cam1 offline: FFmpeg ended');
    expect(messageLine(snapshot, emptyStream({ name: 'cam1', state: 'ended' }))).toBe('cam1 ended');
    const frozen = liveStream(4, { name: 'cam1', state: 'frozen', reason: 'The picture\nstands \u001b[2J still.' });
    expect(messageLine(snapshot, frozen)).toBe('cam1 frozen: The picture stands ?[2J still.');
    expect(messageLine(snapshot, liveStream())).toBe('cam2 is back.');
    expect(messageLine(connected([]), null)).toBe('');
  });
});

describe('keyLine', () => {
  it('lists every key, wide, close and short', () => {
    expect(keyLine(VIEW, 90, PLAIN)).toBe(
      ' q quit   p pause   r reset   n next stream   s snapshot to file   v live picture',
    );
    expect(keyLine(VIEW, 80, PLAIN)).toBe(
      ' q quit  p pause  r reset  n next stream  s snapshot to file  v live picture',
    );
    expect(keyLine(VIEW, 60, PLAIN)).toBe(' q quit   p pause   r reset   n next   s snapshot   v live');
  });

  it('says what the keys do now', () => {
    const line = keyLine({ paused: true, picture: true, hasPictures: true }, 100, PLAIN);
    expect(line).toContain('p resume');
    expect(line).toContain('v figures');
  });
});
