import { describe, expect, it } from 'vitest';
import { JumpDetector } from '../../../../server/sources/jump-detector.js';

const SECOND_US = 1_000_000;

/** Has frames arrive at the times given first, in ms, with the capture times given second; null is none of the source's. */
function play(frames: readonly (readonly [number, number | null])[]): JumpDetector {
  const detector = new JumpDetector();
  for (const [arrivalMs, captureMs] of frames) {
    const timeSource = captureMs === null ? 'arrival' : 'source';
    detector.add({ captureTimeUs: (captureMs ?? arrivalMs) * 1000, timeSource }, arrivalMs * 1000);
  }
  return detector;
}

describe("a source's clock", () => {
  it.each<[string, [number, number | null][], string]>([
    [
      'back',
      [
        [0, 0],
        [100, 100],
        [200, -1],
      ],
      "The source's clock went back by 0.1 s.",
    ],
    [
      'ahead',
      [
        [0, 0],
        [100, 2102],
      ],
      "The source's clock leapt ahead by 2.0 s.",
    ],
    [
      'ahead, though late',
      [
        [0, 0],
        [100, 100],
        [9000, 101],
        [9100, 11_200],
      ],
      "The source's clock leapt ahead by 2.2 s.",
    ],
    [
      'out of use',
      [
        [0, 0],
        [100, null],
        [200, null],
      ],
      "The source's clock cannot be used any more; frames are stamped when they arrive.",
    ],
  ])('leaps %s', (_where, frames, message) => {
    expect(play(frames).message).toBe(message);
  });

  it.each<[string, [number, number | null][]]>([
    [
      'frames out of order',
      [
        [0, 0],
        [10, 200],
        [20, 100],
      ],
    ],
    [
      'frames that were delayed and come at once',
      [
        [0, 0],
        [6000, 1000],
        [6000, 3000],
        [6000, 6000],
      ],
    ],
    [
      'frames left out after a delay',
      [
        [0, 0],
        [6000, 1000],
        [6100, 6100],
      ],
    ],
    [
      'a pause',
      [
        [0, 0],
        [60_000, 60_000],
      ],
    ],
    [
      'another time zone from the first frame on',
      [
        [0, 7_200_000],
        [100, 7_200_100],
      ],
    ],
    [
      'no clock at all',
      [
        [0, null],
        [100, null],
      ],
    ],
    [
      'a clock that is found',
      [
        [0, null],
        [100, 99_000],
      ],
    ],
  ])('does not leap for %s', (_what, frames) => {
    expect(play(frames).jumpedAtUs).toBeNull();
  });

  it('leaps once, and once more when it is set right', () => {
    const detector = new JumpDetector();
    const jumps = new Set<number>();
    for (let s = 0; s < 100; s += 1) {
      const offUs = s >= 20 && s < 50 ? 10 * SECOND_US : 0;
      detector.add({ captureTimeUs: s * SECOND_US + offUs, timeSource: 'source' }, s * SECOND_US);
      if (detector.jumpedAtUs !== null) jumps.add(detector.jumpedAtUs / SECOND_US);
    }
    expect([...jumps]).toEqual([20, 50]);
  });

  it.each([1.0005, 0.9995])('does not leap when it drifts for a day, at a rate of %d', (rate) => {
    const detector = new JumpDetector();
    for (let s = 0; s < 86_400; s += 10) {
      detector.add({ captureTimeUs: s * SECOND_US * rate, timeSource: 'source' }, s * SECOND_US);
    }
    expect(detector.jumpedAtUs).toBeNull();
  });
});
