import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecondFigures } from '../../../../client/metrics/snapshot.js';
import { DOTS_ACROSS, DOTS_DOWN, latencyChart, type ChartLine } from '../../../../client/ui/latency-chart.js';
import { second } from '../../../helpers/chart-samples.js';

const SIZE = { columns: 44, rows: 10 };

function linesOf(role: ChartLine['role'], seconds: readonly SecondFigures[]): ChartLine[] {
  return latencyChart(seconds, SIZE).lines.filter((line) => line.role === role);
}

function secondsOf(latencies: readonly (number | null)[]): SecondFigures[] {
  return latencies.map((us, index) => second(index, us));
}

describe('latencyChart', () => {
  it('has axes but no line without data', () => {
    for (const seconds of [[], [second(0, null)]]) {
      const { lines, labels, clippedUs } = latencyChart(seconds, SIZE);
      expect(lines).toEqual([]);
      expect(clippedUs).toBeNull();
      expect(labels.map(({ text }) => text.trim())).toEqual(['0 ms', '0.5 ms', '1.0 ms', '-30 s', '-15 s', 'now']);
    }
  });

  it('draws a dot at the right edge for one second', () => {
    const [line, ...others] = linesOf('p50', [second(0, 10_000)]);
    expect(others).toEqual([]);
    expect(line?.dots).toHaveLength(1);
    expect(line?.dots[0]?.x).toBe(SIZE.columns * DOTS_ACROSS - 1);
  });

  it('joins two seconds', () => {
    const [line] = linesOf('p50', secondsOf([10_000, 20_000]));
    expect(line?.dots).toHaveLength(2);
    expect(line?.dots[0]?.y).toBeGreaterThan(line?.dots[1]?.y ?? Number.NaN);
  });

  it('draws constant latency as a level line with labels around it', () => {
    const seconds = secondsOf(new Array<number>(30).fill(12_000));
    const [line] = linesOf('p50', seconds);
    expect(new Set(line?.dots.map(({ y }) => y)).size).toBe(1);
    const texts = latencyChart(seconds, SIZE).labels.map(({ text }) => text.trim());
    expect(texts).toEqual(['0 ms', '10 ms', '20 ms', '30 ms', '-30 s', '-15 s', 'now']);
  });

  it('leaves a gap where a second has no frames or is missing', () => {
    expect(linesOf('p50', secondsOf([10_000, 10_000, null, 10_000]))).toHaveLength(2);
    expect(linesOf('p50', [second(0, 10_000), second(1, 10_000), second(5, 10_000)])).toHaveLength(2);
  });

  it('goes back as far as has been measured, up to what the width can tell apart', () => {
    const spans = [1, 30, 31, 61, 100, 300].map(
      (count) => latencyChart(secondsOf(new Array<number>(count).fill(1_000)), SIZE).spanSeconds,
    );
    expect(spans).toEqual([30, 30, 60, 60, 60, 60]);
    const wide = latencyChart(secondsOf(new Array<number>(300).fill(1_000)), { columns: 200, rows: 10 });
    expect(wide.spanSeconds).toBe(300);
    expect(wide.labels.map(({ text }) => text).slice(-3)).toEqual(['-5 min', '-150 s', 'now']);
  });

  it('shows only the seconds of its span', () => {
    const seconds = secondsOf([...new Array<number>(100).fill(900_000), ...new Array<number>(60).fill(1_000)]);
    const { labels, clippedUs } = latencyChart(seconds, SIZE);
    expect(clippedUs).toBeNull();
    expect(labels.map(({ text }) => text.trim())).toContain('2 ms');
  });

  it('cuts outliers off and says how great they were', () => {
    const seconds = secondsOf([
      ...new Array<number>(20).fill(10_000),
      4_000_000,
      ...new Array<number>(20).fill(10_000),
    ]);
    const { labels, clippedUs, lines } = latencyChart(seconds, SIZE);
    expect(clippedUs).toBe(8_000_000);
    expect(labels.map(({ text }) => text.trim())).toContain('20 ms');
    expect(Math.min(...lines.flatMap(({ dots }) => dots.map(({ y }) => y)))).toBe(0);
  });

  it('bounds p50 by its error on both sides', () => {
    const seconds = [second(0, 10_000, 4_000), second(1, 10_000, 4_000)];
    const rows = linesOf('error', seconds).map(({ dots }) => dots[0]?.y ?? Number.NaN);
    const p50 = linesOf('p50', seconds)[0]?.dots[0]?.y ?? Number.NaN;
    expect(Math.min(...rows)).toBeLessThan(p50);
    expect(Math.max(...rows)).toBeGreaterThan(p50);
  });

  it('draws p99 in dashes, so that it is told from p50 without colour', () => {
    const seconds = secondsOf(new Array<number>(30).fill(12_000));
    expect(linesOf('p50', seconds)).toHaveLength(1);
    expect(linesOf('p99', seconds).length).toBeGreaterThan(10);
    expect(Math.max(...linesOf('p99', seconds).map(({ dots }) => dots.length))).toBe(3);
  });

  it('labels zero where latency is negative', () => {
    const texts = latencyChart(secondsOf([-4_000, 3_000]), SIZE).labels.map(({ text }) => text.trim());
    expect(texts.slice(0, -3)).toEqual(['-10 ms', '0 ms', '10 ms']);
  });

  it('keeps every dot and label inside, whatever is measured, in order from left to right', () => {
    const latency = fc.option(fc.integer({ min: -1e9, max: 1e10 }), { nil: null });
    const size = fc.record({ columns: fc.integer({ min: 24, max: 250 }), rows: fc.integer({ min: 6, max: 60 }) });
    fc.assert(
      fc.property(fc.array(latency, { maxLength: 300 }), size, (latencies, { columns, rows }) => {
        const { lines, labels } = latencyChart(secondsOf(latencies), { columns, rows });
        const dots = lines.flatMap((line) => line.dots);
        const inside = dots.every(({ x, y }) => x >= 0 && x < columns * DOTS_ACROSS && y >= 0 && y < rows * DOTS_DOWN);
        expect(inside).toBe(true);
        expect(dots.every(({ x, y }) => Number.isInteger(x) && Number.isInteger(y))).toBe(true);
        expect(
          labels.every(({ column, row, text }) => column >= 0 && column + text.length <= columns && row < rows),
        ).toBe(true);
        expect(
          lines.every((line) => line.dots.every(({ x }, at) => at === 0 || x > (line.dots[at - 1]?.x ?? -1))),
        ).toBe(true);
      }),
    );
  });
});
