import { describe, expect, it } from 'vitest';

import { SecondSeries } from '../../../../client/metrics/second-series.js';

const START_US = 7_000_000;

describe('SecondSeries', () => {
  it('has no seconds before one is over', () => {
    const series = new SecondSeries(START_US);
    series.onFrame(START_US, 10);
    series.advance(START_US + 999_999);
    expect(series.figures()).toEqual([]);
    expect(series.extremes).toBeNull();
    expect(series.lastWhole).toBeNull();
  });

  it('adds up what came in each second', () => {
    const series = new SecondSeries(START_US);
    series.onFrame(START_US + 999_999, 10);
    series.onLatency(500, 20);
    series.onLatency(700, 30);
    series.onLatency(1_000, 10);
    series.onFrame(START_US + 1_000_000, 20);
    series.onFrame(START_US + 1_500_000, 30);
    series.advance(START_US + 3_000_000);
    expect(series.figures()).toEqual([
      { second: 0, frames: 1, bytes: 10, latencyP50Us: 700, latencyP99Us: 1_000, errorUs: 30 },
      { second: 1, frames: 2, bytes: 50, latencyP50Us: null, latencyP99Us: null, errorUs: null },
      { second: 2, frames: 0, bytes: 0, latencyP50Us: null, latencyP99Us: null, errorUs: null },
    ]);
  });

  it('takes neither the second of the first frame nor the present one for whole', () => {
    const series = new SecondSeries(START_US);
    arrive(series, 1, 2);
    arrive(series, 2, 5);
    arrive(series, 3, 4);
    arrive(series, 4, 100);
    expect(series.extremes).toEqual({ minFrames: 4, maxFrames: 5, maxBytes: 50 });
    expect(series.lastWhole?.frames).toBe(4);
  });

  it('counts seconds of silence as whole ones', () => {
    const series = new SecondSeries(START_US);
    arrive(series, 0, 3);
    arrive(series, 1, 3);
    series.advance(START_US + 3_000_000);
    expect(series.extremes).toEqual({ minFrames: 0, maxFrames: 3, maxBytes: 30 });
    expect(series.lastWhole?.frames).toBe(0);
  });

  it('takes no second for whole in which the stream ended, nor later ones', () => {
    const series = new SecondSeries(START_US);
    arrive(series, 0, 3);
    arrive(series, 1, 3);
    arrive(series, 2, 1);
    series.stop(START_US + 2_500_000);
    series.advance(START_US + 9_000_000);
    expect(series.extremes).toEqual({ minFrames: 3, maxFrames: 3, maxBytes: 30 });
    expect(series.figures()).toHaveLength(9);
    arrive(series, 10, 1);
    arrive(series, 11, 2);
    series.advance(START_US + 12_000_000);
    expect(series.extremes).toEqual({ minFrames: 2, maxFrames: 3, maxBytes: 30 });
  });

  it('remembers the last 300 seconds, oldest first', () => {
    const series = new SecondSeries(START_US);
    for (let second = 0; second < 423; second += 1) arrive(series, second, 1);
    series.advance(START_US + 423_000_000);
    const seconds = series.figures().map((figures) => figures.second);
    expect(seconds).toEqual(Array.from({ length: 300 }, (_, i) => 123 + i));
  });

  it.each([300, 301, 302, 1_000, 10_000_000])('bears a silence of %i seconds', (silence) => {
    const series = new SecondSeries(START_US);
    arrive(series, 0, 1);
    series.advance(START_US + silence * 1_000_000);
    const figures = series.figures();
    expect(figures).toHaveLength(300);
    expect(figures[0]?.second).toBe(silence - 300);
    expect(figures.at(-1)?.second).toBe(silence - 1);
    expect(series.extremes).toEqual({ minFrames: 0, maxFrames: 0, maxBytes: 0 });
    arrive(series, silence, 1);
    series.advance(START_US + (silence + 1) * 1_000_000);
    expect(series.figures().at(-1)).toMatchObject({ second: silence, frames: 1 });
  });

  it('counts what came late in the present second', () => {
    const series = new SecondSeries(START_US);
    series.advance(START_US + 5_000_000);
    series.onFrame(START_US + 4_999_000, 10);
    series.advance(START_US + 6_000_000);
    expect(series.figures().at(-1)).toMatchObject({ second: 5, frames: 1 });
  });
});

/** Lets `count` frames of 10 bytes arrive in the second `second`. */
function arrive(series: SecondSeries, second: number, count: number): void {
  for (let i = 0; i < count; i += 1) series.onFrame(START_US + second * 1_000_000 + i, 10);
}
