import { describe, expect, it } from 'vitest';

import { AgeSampler } from '../../../../client/metrics/age-sampler.js';

const PERIOD_US = 1_000;

describe('AgeSampler', () => {
  it('samples nothing before the first frame', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.advance(1_000_000);
    expect(sampler.histogram.count).toBe(0);
  });

  it('sees the latency of each frame when frames come as they should', () => {
    const sampler = new AgeSampler(PERIOD_US);
    for (let n = 0; n < 10; n += 1) sampler.onFrame(n * 1_000 + 70, n * 1_000);
    sampler.advance(10_000);
    expect(summary(sampler)).toEqual({ count: 10, min: 70, mean: 70, max: 70 });
  });

  it.each([0, 70, 1_300])('does not depend on how late the first frame was (%i µs)', (firstLatencyUs) => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(firstLatencyUs, 0);
    for (let n = 2; n < 1_000; n += 1) sampler.onFrame(n * 1_000 + 100 + (n % 2), n * 1_000);
    expect([0.1, 0.9].map((q) => sampler.histogram.quantile(q))).toEqual([100, 101]);
  });

  it('samples frames that come irregularly once each', () => {
    const sampler = new AgeSampler(PERIOD_US);
    for (const [n, latencyUs] of [10, 430, 10, 400, 400, 10].entries()) {
      sampler.onFrame(n * 1_000 + latencyUs, n * 1_000);
    }
    expect(summary(sampler)).toEqual({ count: 6, min: 10, mean: 210, max: 430 });
  });

  it('lets every missing frame count with the age reached when it was expected', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(100, 0);
    sampler.onFrame(4_200, 4_000);
    // The frames of 1000, 2000 and 3000 did not come.
    expect(summary(sampler)).toEqual({ count: 5, min: 100, mean: (100 + 1_100 + 2_100 + 3_100 + 200) / 5, max: 3_100 });
  });

  it('gives a client that gets every other frame every other period an older one', () => {
    const sampler = new AgeSampler(PERIOD_US);
    for (let n = 0; n < 100; n += 2) sampler.onFrame(n * 1_000 + 50, n * 1_000);
    expect([0.49, 0.51].map((q) => sampler.histogram.quantile(q))).toEqual([50, 1_050]);
    expect(sampler.histogram.count).toBe(99);
  });

  it('counts a stall that goes on, half a period behind, and never twice', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(50, 0);
    for (const nowUs of [60, 1_549, 1_550, 1_550, 2_549, 4_600]) sampler.advance(nowUs);
    expect(summary(sampler)).toEqual({ count: 5, min: 50, mean: 2_050, max: 4_050 });
    sampler.onFrame(5_150, 5_000);
    expect(summary(sampler)).toEqual({ count: 6, min: 50, mean: (5 * 2_050 + 150) / 6, max: 4_050 });
  });

  it('samples the first frame of a burst after a stall, and the next one that is on time', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(10, 0);
    for (const n of [1, 2, 3, 4]) sampler.onFrame(4_010, n * 1_000);
    sampler.onFrame(5_010, 5_000);
    expect(summary(sampler)).toEqual({
      count: 6,
      min: 10,
      mean: (10 + 1_010 + 2_010 + 3_010 + 3_010 + 10) / 6,
      max: 3_010,
    });
    // What counts for the time after the burst is its newest frame.
    sampler.advance(6_510);
    expect(sampler.histogram.count).toBe(7);
    expect(sampler.histogram.max).toBe(3_010);
  });

  it('keeps ages below zero, which come from a clock that is off', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 30);
    expect(sampler.histogram.min).toBe(-30);
  });

  it('records a stall of an hour in 10,000 steps that stand for all of it', () => {
    const sampler = new AgeSampler(PERIOD_US);
    const hourUs = 3_600_000_000;
    sampler.onFrame(0, 0);
    sampler.advance(hourUs + PERIOD_US / 2);
    const { histogram } = sampler;
    expect(histogram.count).toBe(3_600_001);
    expect(histogram.mean).toBeCloseTo(hourUs / 2, 0);
    for (const q of [0.01, 0.5, 0.99]) {
      expect(Math.abs((histogram.quantile(q) ?? 0) - q * hourUs)).toBeLessThan(q * hourUs * 0.006);
    }
  });

  it('stops when no frame is due any more, and starts anew with the next', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 0);
    sampler.stop(1_500);
    sampler.advance(100_000);
    expect(summary(sampler)).toEqual({ count: 2, min: 0, mean: 500, max: 1_000 });
    sampler.onFrame(200_000, 199_999);
    expect(summary(sampler)).toEqual({ count: 3, min: 0, mean: 1_001 / 3, max: 1_000 });
  });

  it('goes on at another rate', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 0);
    sampler.setPeriod(500);
    sampler.advance(1_250);
    expect(summary(sampler)).toEqual({ count: 3, min: 0, mean: 500, max: 1_000 });
  });

  it('samples nothing while the rate is not known, and begins with the next frame after that', () => {
    const sampler = new AgeSampler(null);
    sampler.onFrame(0, 0);
    sampler.advance(5_000);
    sampler.setPeriod(PERIOD_US);
    sampler.advance(50_000);
    expect(sampler.histogram.count).toBe(0);
    sampler.onFrame(50_100, 50_000);
    sampler.advance(51_600);
    expect(summary(sampler)).toEqual({ count: 2, min: 100, mean: 600, max: 1_100 });
    sampler.setPeriod(null);
    sampler.advance(90_000);
    sampler.setPeriod(PERIOD_US);
    sampler.advance(99_000);
    expect(sampler.histogram.count).toBe(2);
  });

  it('forgets what it sampled but goes on with the frame it has', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 0);
    sampler.reset(2_500);
    expect(sampler.histogram.count).toBe(0);
    sampler.advance(3_500);
    expect(summary(sampler)).toEqual({ count: 1, min: 3_000, mean: 3_000, max: 3_000 });
  });
});

function summary({ histogram }: AgeSampler) {
  const { count, min, mean, max } = histogram;
  return { count, min, mean, max };
}
