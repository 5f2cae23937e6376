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

  it('counts a frame that comes at the very instant', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 0);
    sampler.onFrame(1_000, 990);
    sampler.advance(1_001);
    expect(summary(sampler)).toEqual({ count: 2, min: 0, mean: 5, max: 10 });
  });

  it('lets every period of a stall count with the age it had', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(100, 0);
    sampler.onFrame(4_200, 4_150);
    sampler.advance(5_101);
    // At 100, 1100, 2100, 3100, 4100 with the first frame; at 5100 with the second.
    expect(summary(sampler)).toEqual({ count: 6, min: 100, mean: (10_500 + 950) / 6, max: 4_100 });
  });

  it('counts a stall that goes on, and never twice', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, -50);
    for (const nowUs of [10, 2_500, 2_500, 2_600, 4_001]) sampler.advance(nowUs);
    expect(summary(sampler)).toEqual({ count: 5, min: 50, mean: 2_050, max: 4_050 });
    sampler.onFrame(4_500, 4_400);
    sampler.advance(5_001);
    expect(summary(sampler)).toEqual({ count: 6, min: 50, mean: (5 * 2_050 + 600) / 6, max: 4_050 });
  });

  it('keeps ages below zero, which come from a clock that is off', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 30);
    sampler.advance(1);
    expect(sampler.histogram.min).toBe(-30);
  });

  it('records a stall of an hour in 10,000 steps that stand for all instants', () => {
    const sampler = new AgeSampler(PERIOD_US);
    const hourUs = 3_600_000_000;
    sampler.onFrame(0, 0);
    sampler.advance(hourUs);
    const { histogram } = sampler;
    expect(histogram.count).toBe(3_600_000);
    expect(histogram.mean).toBeCloseTo((hourUs - PERIOD_US) / 2, 0);
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
    sampler.advance(200_001);
    expect(summary(sampler)).toEqual({ count: 3, min: 0, mean: 1_001 / 3, max: 1_000 });
  });

  it('goes on at another rate', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 0);
    sampler.advance(1);
    sampler.setPeriod(500);
    sampler.advance(2_001);
    expect(summary(sampler)).toEqual({ count: 4, min: 0, mean: 1_125, max: 2_000 });
  });

  it('forgets what it sampled but goes on with the frame it has', () => {
    const sampler = new AgeSampler(PERIOD_US);
    sampler.onFrame(0, 0);
    sampler.reset(2_500);
    expect(sampler.histogram.count).toBe(0);
    sampler.advance(3_001);
    expect(summary(sampler)).toEqual({ count: 1, min: 3_000, mean: 3_000, max: 3_000 });
  });
});

function summary({ histogram }: AgeSampler) {
  const { count, min, mean, max } = histogram;
  return { count, min, mean, max };
}
