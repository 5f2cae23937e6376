import { describe, expect, it } from 'vitest';

import { ArrivalRate } from '../../../../client/metrics/arrival-rate.js';

const PERIOD_US = 40_000;

describe('ArrivalRate', () => {
  it('is nothing without an interval', () => {
    const rate = new ArrivalRate();
    expect(rate.mean(1_000_000, PERIOD_US)).toEqual({ fps: 0, mbps: 0 });
    rate.onFrame(1_000_000, 500);
    expect(rate.mean(1_010_000, PERIOD_US)).toEqual({ fps: 0, mbps: 0 });
  });

  it('is exact for a steady stream whenever one looks', () => {
    const rate = steady(51);
    for (const lookUs of [0, 1, 20_000, 40_000]) {
      expect(rate.mean(2_000_000 + lookUs, PERIOD_US)).toEqual({ fps: 25, mbps: 0.2 });
    }
  });

  it('counts a silence from when the next frame was due', () => {
    expect(steady(51).mean(4_040_000, PERIOD_US)).toEqual({ fps: 12.5, mbps: 0.1 });
  });

  it('counts up to the last frame alone when no frame is due', () => {
    expect(steady(51).mean(-Infinity, PERIOD_US)).toEqual({ fps: 25, mbps: 0.2 });
  });

  it('bears frames at one instant', () => {
    const rate = new ArrivalRate();
    rate.onFrame(5, 1);
    rate.onFrame(5, 1);
    expect(rate.mean(5, PERIOD_US)).toEqual({ fps: 0, mbps: 0 });
  });
});

/** Frames of 1000 bytes every 40 ms, the first at 0. */
function steady(frames: number): ArrivalRate {
  const rate = new ArrivalRate();
  for (let n = 0; n < frames; n += 1) rate.onFrame(n * PERIOD_US, 1_000);
  return rate;
}
