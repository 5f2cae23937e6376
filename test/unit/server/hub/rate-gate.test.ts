import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateGate } from '../../../../server/hub/rate-gate.js';
import { captureTimeUs } from '../../../helpers/fake-frames.js';

/** Sequence numbers of the first `count` frames of a stream that pass. */
function admitted(gate: RateGate, fps: number, count: number): number[] {
  const numbers = Array.from({ length: count }, (_, sequence) => sequence);
  return numbers.filter((sequence) => gate.admits(captureTimeUs(sequence, fps)));
}

describe('RateGate', () => {
  it('lets every third frame pass where 30 fps become 10', () => {
    const every3rd = Array.from({ length: 100 }, (_, index) => index * 3);
    expect(admitted(new RateGate(10, 30), 30, 300)).toEqual(every3rd);
  });

  it('keeps an odd ratio even: 30 fps to 12 in steps of two and three', () => {
    const passed = admitted(new RateGate(12, 30), 30, 301);
    expect(passed).toHaveLength(121);
    expect(new Set(passed.slice(1).map((sequence, index) => sequence - passed[index]!))).toEqual(new Set([2, 3]));
  });

  it.each([
    { maxFps: 30, fps: 30 },
    { maxFps: 30, fps: 30_000 / 1001 },
    { maxFps: 1000, fps: 30 },
  ])('lets all of $fps fps pass at $maxFps', ({ maxFps, fps }) => {
    expect(admitted(new RateGate(maxFps, fps), fps, 1000)).toHaveLength(1000);
  });

  it('lets a frame each ten seconds pass at 0.1 fps', () => {
    expect(admitted(new RateGate(0.1, 30), 30, 901)).toEqual([0, 300, 600, 900]);
  });

  it('does not make up for a pause of the stream', () => {
    const gate = new RateGate(10, 30);
    expect(gate.admits(0)).toBe(true);
    const after = [10_000_000, 10_033_333, 10_066_667, 10_100_000, 10_133_333];
    expect(after.map((timeUs) => gate.admits(timeUs))).toEqual([true, false, false, true, false]);
  });

  it('spaces frames evenly whatever the two rates are', () => {
    const rate = fc.double({ min: 0.5, max: 240, noNaN: true });
    fc.assert(
      fc.property(rate, rate, (fps, maxFps) => {
        const passed = admitted(new RateGate(maxFps, fps), fps, 500);
        const spacing = Math.max(1, fps / maxFps);
        const distances = passed.map((sequence, index) => Math.abs(sequence - index * spacing));
        // A frame lies at most half a frame from its place, and so does the first one; rounding to microseconds adds.
        expect(Math.max(...distances)).toBeLessThanOrEqual(1.01);
      }),
    );
  });

  it('passes no more than its rate allows in any span of time, also with frames missing', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.double({ min: 1, max: 30, noNaN: true }), (steps, maxFps) => {
        const gate = new RateGate(maxFps, 30);
        const passedUs: number[] = [];
        let sequence = 0;
        for (const step of steps) {
          sequence += step;
          if (gate.admits(captureTimeUs(sequence, 30))) passedUs.push(captureTimeUs(sequence, 30));
        }
        for (const [from, fromUs] of passedUs.entries()) {
          for (const [count, toUs] of passedUs.slice(from).entries()) {
            // One for the frame at the beginning, one for a frame that was late on the grid.
            expect(count).toBeLessThanOrEqual(((toUs - fromUs) * maxFps) / 1_000_000 + 2);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
