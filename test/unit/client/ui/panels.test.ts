import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { chartLabel, headlineLines, histogramPanel, waterfallPanel } from '../../../../client/ui/panels.js';
import { emptyStream, liveStream } from '../../../helpers/chart-samples.js';

const STYLE = { glyphs: GLYPHS.braille, paint: (text: string) => text };

describe('headlineLines', () => {
  it('is one line of words in a small terminal', () => {
    expect(headlineLines(liveStream(), false, 80, STYLE)).toEqual([
      ' latency p50 12.4 ms ± 0.3 ms   p99 15.5 ms   max 21.0 ms   since due',
    ]);
    expect(headlineLines(liveStream(), false, 60, STYLE)).toEqual([
      ' latency p50 12.4 ms ± 0.3 ms   p99 15.5 ms   max 21.0 ms',
    ]);
    expect(headlineLines(emptyStream(), false, 80, STYLE)).toEqual([' waiting for frames']);
  });

  it('has big digits in a large one that can show them', () => {
    const lines = headlineLines(liveStream(), true, 160, STYLE);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^ {5}p50 .*█.* p99 15\.5 ms {3}max 21\.0 ms$/);
    expect(lines[2]).toMatch(/ {3}since due$/);
    expect(headlineLines(liveStream(), true, 160, { ...STYLE, glyphs: GLYPHS.ascii })).toEqual([
      '',
      ' latency p50 12.4 ms ± 0.3 ms   p99 15.5 ms   max 21.0 ms   since due',
    ]);
    expect(headlineLines(null, true, 160, STYLE)).toEqual(['', ' waiting for frames']);
  });
});

describe('chartLabel', () => {
  it('tells span, lines, error and what is cut off, as far as there is room', () => {
    const label = (columns: number, peakUs: number | null): string => chartLabel(60, 300, peakUs, columns, STYLE);
    expect(label(80, null)).toBe('Latency, last 1 min  ─ p50  ╌ p99  ┈ ± 300 µs');
    expect(label(80, 3_880_000)).toBe('Latency, last 1 min  ─ p50  ╌ p99  ┈ ± 300 µs  peak 3.88 s cut off');
    expect(label(40, null)).toBe('Latency, 1 min  ─ p50  ╌ p99  ┈ ± 300 µs');
    expect(label(40, 3_880_000)).toBe('Latency  ─ p50  ╌ p99  peak 3.88 s');
    expect(label(20, 3_880_000)).toBe('Latency  peak 3.88 s');
    expect(label(19, 3_880_000)).toBe('Latency');
  });

  it('has no error before one is known, and seconds where minutes do not fit', () => {
    expect(chartLabel(90, null, null, 80, STYLE)).toBe('Latency, last 90 s  ─ p50  ╌ p99');
  });

  it('shows the marks of a terminal without Braille', () => {
    expect(chartLabel(30, 300, null, 80, { ...STYLE, glyphs: GLYPHS.ascii })).toBe(
      'Latency, last 30 s  # p50  - p99  ± 300 µs',
    );
  });
});

describe('waterfallPanel and histogramPanel', () => {
  const place = { left: 0, top: 0, width: 60, height: 12 };

  it('has a heading where a line is left for it', () => {
    expect(waterfallPanel(liveStream(), place, STYLE).lines[0]?.trim()).toBe('p50      p99');
    expect(waterfallPanel(liveStream(), { ...place, height: 8 }, STYLE).lines[0]).toMatch(/^decode/);
  });

  it('waits for frames in the middle of the panel', () => {
    const { lines } = histogramPanel(emptyStream(), place, STYLE);
    expect(lines).toEqual(['', '', '', '', `${' '.repeat(20)}waiting for frames`]);
    expect(waterfallPanel(null, place, STYLE).lines).toEqual(lines);
  });

  it('says how many frames the histogram holds', () => {
    expect(histogramPanel(liveStream(), place, STYLE).label).toBe('Latency histogram, 369 frames');
    expect(histogramPanel(liveStream(), { ...place, width: 30 }, STYLE).label).toBe('Latency of 369 frames');
  });
});
