import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { barLine, chartLines, chartTitle, figureRows, titleLine } from '../../../../client/ui/progress-panels.js';
import { progressPage } from '../../../helpers/progress-samples.js';

const glyphs = GLYPHS.braille;
const paint = (text: string, role: string): string => (role === 'bad' ? `<${text}>` : text);

describe('titleLine', () => {
  it('says what runs, what it does and for how long, in the whole width', () => {
    const line = titleLine(progressPage(), 80, glyphs, paint);
    expect(line).toMatch(/^ streamer-client load {2}measuring: 99 of 100 sessions +15s of 1m 00s$/);
    expect(line.length).toBeLessThanOrEqual(80);
  });

  it('cuts a long phase, keeps the time, and is not fooled by control characters', () => {
    const line = titleLine(
      progressPage({ phase: `a\u001b[31m ${'long '.repeat(40)}`, endsAtMs: null }),
      60,
      glyphs,
      paint,
    );
    expect(line).toMatch(/^ streamer-client load {2}a\?\[31m long .*… +15s$/);
    expect(line.length).toBeLessThanOrEqual(60);
  });
});

describe('barLine', () => {
  it('is filled as far as the phase is over, and never beyond', () => {
    expect(barLine(progressPage(), 29, glyphs, paint)).toBe(` ${'█'.repeat(5)}${'─'.repeat(15)}  25 %`);
    expect(barLine(progressPage({ elapsedMs: 90_000 }), 29, glyphs, paint)).toBe(` ${'█'.repeat(20)} 100 %`);
    expect(barLine(progressPage(), 29, GLYPHS.ascii, paint)).toBe(` ${'#'.repeat(5)}${'.'.repeat(15)}  25 %`);
  });

  it('is empty where nobody knows the end', () => {
    expect(barLine(progressPage({ endsAtMs: null }), 40, glyphs, paint)).toBe('');
  });
});

describe('figureRows', () => {
  it('fills rows from the left, and paints what is wrong', () => {
    const rows = figureRows(progressPage(), { columns: 78, rows: 2 }, 2, glyphs, paint);
    expect(rows[0]).toMatch(/^latency p99 {5}33\.1 ms ± 0\.3 ms +lost {12}<3>/);
    expect(rows[1]).toMatch(/^frames {10}2,990 a second +$/);
    expect(rows).toHaveLength(2);
  });

  it('shows ten at most', () => {
    const figures = Array.from({ length: 12 }, (_, index) => ({ label: `f${index}`, value: '1' }));
    const rows = figureRows(progressPage({ figures }), { columns: 78, rows: 6 }, 2, glyphs, paint);
    expect(rows).toHaveLength(5);
    expect(rows.join('')).not.toContain('f10');
  });
});

describe('chartLines', () => {
  const chart = { label: 'latency p99', unit: 'us', values: [null, 10_000, 20_000] } as const;

  it('draws the newest value at the right edge, under a labelled axis', () => {
    expect(chartLines(chart, { columns: 14, rows: 4 }, glyphs, paint)).toEqual([
      '20.0 ms      █',
      '             █',
      '            ██',
      '   0 µs     ██',
    ]);
  });

  it('says that nothing was measured yet', () => {
    expect(chartLines({ ...chart, values: [null] }, { columns: 40, rows: 4 }, glyphs, paint)[1]).toMatch(/nothing/);
    expect(chartTitle({ ...chart, values: [null] })).toBe('latency p99');
    expect(chartTitle(chart)).toBe('latency p99: 20.0 ms');
    expect(chartTitle({ label: 'CPU', unit: 'percent', values: [12.4] })).toBe('CPU: 12 %');
  });
});
