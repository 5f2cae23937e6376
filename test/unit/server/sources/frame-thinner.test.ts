import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameThinner } from '../../../../server/sources/frame-thinner.js';

/** Which of `count` frames at `fps`, each `jitterUs(n)` off its place, pass at `maxFps`. */
function passing(fps: number, maxFps: number, count: number, jitterUs: (n: number) => number = () => 0): number[] {
  const thinner = new FrameThinner(maxFps);
  return Array.from({ length: count }, (_, n) => n).filter((n) => thinner.admits((n * 1_000_000) / fps + jitterUs(n)));
}

describe('FrameThinner', () => {
  it('takes every third frame of 30 for 10', () => {
    expect(passing(30, 10, 12)).toEqual([0, 3, 6, 9]);
  });

  it('does so too when the frames jitter by a third of their interval', () => {
    expect(passing(30, 10, 90, (n) => ((n * 7) % 5) * 2_750)).toHaveLength(30);
  });

  it.each([
    [25, 30],
    [30, 30],
    [29.97, 30],
    [1, 60],
  ])('takes all of %f for %f', (fps, maxFps) => {
    expect(passing(fps, maxFps, 200)).toHaveLength(200);
  });

  it('is even over time for an odd ratio', () => {
    expect(passing(30, 20, 300)).toHaveLength(200);
  });

  it('goes on after a pause without making up for it', () => {
    const thinner = new FrameThinner(10);
    const times = [0, 100_000, 5_000_000, 5_010_000, 5_020_000, 5_100_000];
    expect(times.filter((timeUs) => thinner.admits(timeUs))).toEqual([0, 100_000, 5_000_000, 5_100_000]);
  });

  it('never passes more than was asked for, but for a frame or two at the edges', () => {
    const frames = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 60 }), (intervals, maxFps) => {
        const thinner = new FrameThinner(maxFps);
        let timeUs = 0;
        let passed = 0;
        for (const interval of intervals) {
          timeUs += interval;
          if (thinner.admits(timeUs)) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual((timeUs / 1_000_000) * maxFps + 2.5);
      }),
    );
  });
});
