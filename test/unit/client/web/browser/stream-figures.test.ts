import { describe, expect, it } from 'vitest';
import { StreamFigures } from '../../../../../client/web/browser/stream-figures.js';
import { LatencyHistogram } from '../../../../../shared/histogram.js';
import { observedFrame, START_US } from '../../../../helpers/observed-frame.js';

const SECOND_US = 1_000_000;
const FRAME_US = 40_000;
/** When frame `n` of `observedFrame` comes. */
const arrivalUs = (n: number): number => START_US + n * FRAME_US + 10_000;

/** Figures after the frames `from` to `to`, each of 1000 bytes on the wire. */
function measured(from: number, to: number, figures = new StreamFigures()): StreamFigures {
  for (let n = from; n <= to; n += 1) figures.onFrame(observedFrame({ n }));
  return figures;
}

describe('StreamFigures', () => {
  it('knows nothing at first', () => {
    const nothing = { fps: 0, bitsPerSecond: 0, received: 0, lost: 0, skipped: 0, corrupt: 0, latency: null };
    expect(new StreamFigures().stats(START_US)).toEqual(nothing);
  });

  it('counts what came, what was skipped and what was lost', () => {
    const figures = measured(0, 4);
    figures.onSkipped(5, 7);
    measured(10, 10, figures);
    measured(10, 10, figures);
    figures.onCorrupt();
    expect(figures.stats(arrivalUs(10))).toMatchObject({ received: 6, skipped: 3, lost: 2, corrupt: 1 });
    figures.restart();
    measured(100, 100, figures);
    expect(figures.stats(arrivalUs(100)).lost).toBe(2);
  });

  it('gives the rates of the last seconds, from the first frame on', () => {
    const figures = measured(0, 25);
    expect(figures.stats(arrivalUs(25))).toMatchObject({ fps: 25, bitsPerSecond: 25 * 1000 * 8 });
    measured(26, 250, figures);
    expect(figures.stats(arrivalUs(250))).toMatchObject({ fps: 25, bitsPerSecond: 25 * 1000 * 8 });
  });

  it('lets the rates fall to nothing when nothing comes', () => {
    const figures = measured(0, 250);
    expect(figures.stats(arrivalUs(250) + 2.5 * SECOND_US).fps).toBeCloseTo(12.6, 10);
    expect(figures.stats(arrivalUs(250) + 5 * SECOND_US)).toMatchObject({ fps: 0, bitsPerSecond: 0, received: 251 });
  });

  it('gives the latency of the last 10 seconds with its greatest error', () => {
    const figures = measured(0, 99);
    figures.onFrame(observedFrame({ n: 100, latencyUs: 30_000, errorUs: 250, header: { clockErrorUs: 7 } }));
    expect(figures.stats(arrivalUs(101)).latency).toEqual({
      p50Us: 10_000,
      p99Us: 10_000,
      maxUs: 30_000,
      errorUs: 257,
      count: 101,
    });
    expect(figures.stats(arrivalUs(99) + 10 * SECOND_US).latency).toMatchObject({ count: 1, p50Us: 30_000 });
    expect(figures.stats(arrivalUs(101) + 10 * SECOND_US).latency).toBeNull();
  });

  it('gives the first frames the clock as it is once it has settled', () => {
    const figures = new StreamFigures();
    figures.onFrame(observedFrame({ n: 0, offsetUs: null }));
    figures.onFrame(observedFrame({ n: 1, errorUs: 50_000 }));
    expect(figures.stats(arrivalUs(1)).latency).toBeNull();
    for (let n = 2; n < 20; n += 1) figures.onFrame(observedFrame({ n, errorUs: 80 }));
    expect(figures.stats(arrivalUs(19)).latency).toMatchObject({ count: 20, p50Us: 10_000 });
    expect(figures.stats(arrivalUs(19)).latency?.errorUs).toBeLessThan(400);
  });

  it('counts a frame of the past in nothing but the bytes', () => {
    const figures = measured(0, 25);
    figures.onKept(observedFrame({ n: 26, jpegBytes: 945 }));
    const stats = figures.stats(arrivalUs(26));
    expect(stats).toMatchObject({ received: 26, lost: 0, latency: { count: 26 } });
    expect(stats.bitsPerSecond).toBeCloseTo((26 * 1000 * 8) / 1.04, 5);
    expect(stats.fps).toBeCloseTo(25 / 1.04, 10);
  });

  it('reports each second to the server once, with its latencies', () => {
    const figures = measured(0, 24);
    figures.onSkipped(25, 25);
    measured(26, 26, figures);
    const report = figures.takeInterval(3, arrivalUs(26));
    expect(report).toMatchObject({ streamId: 3, received: 26, lost: 0, skipped: 1, corrupt: 0, bytes: 26_000 });
    const histogram = LatencyHistogram.decode(report.latency!);
    expect(histogram.count).toBe(26);
    expect(Math.abs(histogram.quantile(0.5)! - 10_000)).toBeLessThanOrEqual(10);
    const empty = { streamId: 3, received: 0, lost: 0, skipped: 0, corrupt: 0, bytes: 0, latency: undefined };
    expect(figures.takeInterval(3, arrivalUs(27))).toEqual(empty);
    expect(figures.stats(arrivalUs(27)).received).toBe(26);
  });
});
