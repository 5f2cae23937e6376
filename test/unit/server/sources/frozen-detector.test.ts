import { describe, expect, it } from 'vitest';
import { FrozenDetector } from '../../../../server/sources/frozen-detector.js';
import type { SourceFrame } from '../../../../server/sources/source.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';
import { jpegFrame, rawFrame } from '../../../helpers/supervised-source.js';

const WIDTH = 1920;
const HEIGHT = 1080;

/** How many frames in a row were the same after each of `frames`, which come a microsecond apart. */
function runLengths(frames: readonly SourceFrame[]): number[] {
  const detector = new FrozenDetector();
  return frames.map((frame, i) => {
    detector.add(frame, i);
    expect(detector.sameForUs).toBe(detector.sameFrames - 1);
    return detector.sameFrames;
  });
}

describe('the same picture', () => {
  it('is counted until another one comes', () => {
    const pictures = [1, 1, 1, 2, 1, 1];
    expect(runLengths(pictures.map((picture, i) => jpegFrame(i, picture)))).toEqual([1, 2, 3, 1, 1, 2]);
    expect(runLengths(pictures.map((picture, i) => rawFrame(i, picture)))).toEqual([1, 2, 3, 1, 1, 2]);
  });

  it('is another one in another size or kind', () => {
    const raw = rawFrame(0, 1);
    const jpeg = jpegFrame(0, 1);
    const turned = { width: 2, height: 4 };
    const frames = [raw, raw, { ...raw, ...turned }, raw, jpeg, jpeg, { ...jpeg, ...turned }, jpeg, raw, raw];
    expect(runLengths(frames)).toEqual([1, 2, 1, 1, 1, 2, 1, 1, 1, 2]);
  });

  it('is not one whose memory holds another picture by now', () => {
    const detector = new FrozenDetector();
    const frame = rawFrame(0, 1);
    for (const shade of [1, 1, 2, 2, 1]) {
      frame.data.fill(shade);
      detector.add(frame, 0);
    }
    expect(detector.sameFrames).toBe(1);
  });

  it('is one of no bytes too', () => {
    const empty = { ...rawFrame(0), data: Buffer.alloc(0), width: 0, height: 0 };
    expect(runLengths([empty, empty])).toEqual([1, 2]);
  });

  it.each([
    [1920, 1080],
    [1280, 720],
    [640, 480],
    [853, 480],
  ])('is another one within ten ticks of a small clock, wherever in the picture that is: %dx%d', (width, height) => {
    const random = new SeededRandom(7);
    const data = Buffer.alloc(width * height * 3, 90);
    const frame = { ...rawFrame(0), width, height, data };
    for (let i = 0; i < 50; i += 1) {
      const detector = new FrozenDetector();
      detector.add(frame, 0);
      const corner = random.below(height - 32) * width + random.below(width - 16);
      for (let tick = 0; tick < 10; tick += 1) {
        changeDigit(corner, tick);
        detector.add(frame, 0);
      }
      expect(detector.sameFrames).toBeLessThan(10);
    }

    /** Every fourth pixel of a digit of 16x32 pixels changes, as from 7 to 8. */
    function changeDigit(corner: number, tick: number): void {
      for (let row = 0; row < 32; row += 1) {
        for (let column = 0; column < 16; column += 1) {
          const pixel = (corner + row * width + column) * 3;
          if (random.below(4) === 0) data.fill(tick, pixel, pixel + 3);
        }
      }
    }
  });

  it('costs a small part of reading a decoded picture: it looks at few of its bytes', () => {
    let reads = 0;
    const data = new Proxy(Buffer.alloc(WIDTH * HEIGHT * 3), {
      get: (target, key) => {
        if (key === 'length') return target.length;
        reads += 1;
        return 0;
      },
    });
    new FrozenDetector().add({ ...rawFrame(0), width: WIDTH, height: HEIGHT, data }, 0);
    expect(reads).toBeGreaterThan(15_000);
    expect(reads).toBeLessThan(17_000);
  });
});
