import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figureLines } from '../../../../client/ui/figures.js';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import type { Paint } from '../../../../client/ui/paint.js';
import { connected, emptyStream, liveStream } from '../../../helpers/chart-samples.js';

const PLAIN: Paint = (text) => text;
const SMALL = { columns: 32, rows: 10 };

describe('figureLines', () => {
  it('fits the most important figures into the panel of a small terminal', () => {
    const stream = liveStream(4, { frames: { received: 12_345, lost: 1, skipped: 2, corrupt: 0, kept: 0 } });
    const snapshot = connected([stream], { reconnects: 3, outageMs: 61_000 });
    expect(figureLines(snapshot, stream, SMALL, GLYPHS.braille, PLAIN)).toEqual([
      '    30.0 fps                ▇▇▇▇',
      '  7.2 Mbit/s                ▇▇▇▇',
      'received   12.3k  lost         1',
      'data     11.1 MB  skipped      2',
      'reconnects     3  corrupt      0',
      'outage    1m 01s  negative     0',
      'clock      +5.00 s ± 87 µs',
      'drift      -1.2 ppm',
      'round trip 196 µs, min 151 µs',
      'frame age  12.4 ms, p99 44.0 ms',
    ]);
  });

  it('shows more in a larger panel, and names what was left out', () => {
    const stream = liveStream(4);
    const lines = figureLines(connected([stream]), stream, { columns: 46, rows: 40 }, GLYPHS.braille, PLAIN);
    expect(lines.slice(8)).toEqual([
      'round trip p50 196 µs, min 151 µs',
      'frame age  p50 12.4 ms, p99 44.0 ms',
      'jitter     p50 212 µs, p99 1.1 ms',
      'latency    mean 12.4 ms, std dev 801 µs',
      '           p90 13.0 ms, p99.9 21.0 ms',
      '           min 9.8 ms, max 21.0 ms',
      'oldest     78.0 ms frame age',
      'rate mean  30.0 fps, 7.2 Mbit/s',
      '     max   31.0 fps, 7.4 Mbit/s',
      '     min   29.0 fps',
      'times      schedule, latency since due',
      'jpeg       encoded: the source is h264',
    ]);
  });

  it('tells of frames of the past, and cuts a long reason', () => {
    const reason = 'a processor works on the pixels of this stream';
    const frames = { received: 9, lost: 0, skipped: 0, corrupt: 0, kept: 3 };
    const stream = liveStream(4, { frames, encoding: { mode: 'encoded', reason }, nominalFps: null });
    const lines = figureLines(connected([stream]), stream, { columns: 32, rows: 40 }, GLYPHS.braille, PLAIN);
    expect(lines.slice(-2)).toEqual(['jpeg       encoded: a processor…', 'kept       3 of the past']);
    expect(lines.join()).not.toMatch(/NaN|null/);
  });

  it('says in words what is not known, without a stream or a frame', () => {
    const clock = { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } };
    const lines = figureLines(connected([], { clock }), null, SMALL, GLYPHS.braille, PLAIN);
    expect(lines[0]).toBe('received       0  lost         0');
    expect(lines).toContain('clock      not known yet');
    const empty = figureLines(connected([emptyStream()]), emptyStream(), SMALL, GLYPHS.braille, PLAIN);
    expect(empty[0]).toBe('     0.0 fps'.padEnd(SMALL.columns));
  });

  it('marks what is wrong, and only that', () => {
    const stream = liveStream(4, { frames: { received: 9, lost: 7, skipped: 5, corrupt: 0, kept: 0 } });
    const marked = (text: string, role: string): string => (role === 'bad' ? `!${text.trim()}!` : text);
    const lines = figureLines(connected([stream], { reconnects: 2 }), stream, SMALL, GLYPHS.braille, marked);
    expect(lines.join('\n').match(/!.*?!/g)).toEqual(['!7!', '!2!']);
  });

  it('never exceeds the panel, nor lets a name touch its value', () => {
    const count = fc.integer({ min: 0, max: 1e10 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: -1e10, max: 1e10 }), (many, some, us) => {
        const latencyUs = { ...liveStream().latencyUs, negative: some };
        const stream = liveStream(3, {
          frames: { received: many, lost: some, skipped: many, corrupt: some, kept: 0 },
          latencyUs,
        });
        const clock = { offsetUs: us, errorUs: Math.abs(us) / 3, driftPpm: -200, rttUs: { min: 1, p50: Math.abs(us) } };
        const snapshot = connected([stream], { reconnects: some, outageMs: many, clock });
        for (const line of figureLines(snapshot, stream, SMALL, GLYPHS.braille, PLAIN)) {
          expect(line.length).toBeLessThanOrEqual(SMALL.columns);
          expect(line).not.toMatch(/(received|lost|data|skipped|reconnects|corrupt|outage|negative)\d/);
        }
      }),
    );
  });
});
