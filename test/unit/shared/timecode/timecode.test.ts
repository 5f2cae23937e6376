import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readTimecode } from '../../../../shared/timecode/timecode-reader.js';
import { writeTimecode } from '../../../../shared/timecode/timecode-writer.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';

const TIME_US = 1_700_000_000_123_456;
const SIZES = [
  [240, 135],
  [320, 240],
  [640, 480],
  [854, 480],
  [1080, 1920],
  [1279, 719],
  [1280, 720],
  [1920, 1080],
] as const;

describe('timecode', () => {
  it.each(SIZES)('is read back from a picture of %i x %i', (width, height) => {
    const data = noise(width, height);
    writeTimecode(data, width, height, TIME_US);
    expect(readTimecode(data, width, height)).toBe(TIME_US);
  });

  it('is read back whatever the time and the size', () => {
    const side = fc.integer({ min: 240, max: 700 });
    fc.assert(
      fc.property(fc.maxSafeNat(), side, side, (timeUs, width, height) => {
        const data = new Uint8Array(width * height * 3);
        writeTimecode(data, width, height, timeUs);
        expect(readTimecode(data, width, height)).toBe(timeUs);
      }),
      { numRuns: 50 },
    );
  });

  it('touches nothing below its two rows', () => {
    const data = noise(480, 270);
    const before = Buffer.from(data);
    writeTimecode(data, 480, 270, TIME_US);
    const codeBytes = 20 * 480 * 3;
    expect(Buffer.compare(data.subarray(codeBytes), before.subarray(codeBytes))).toBe(0);
    expect(Buffer.compare(data.subarray(0, codeBytes), before.subarray(0, codeBytes))).not.toBe(0);
  });

  it('is read from grey and from RGBA', () => {
    const data = new Uint8Array(480 * 270 * 3);
    writeTimecode(data, 480, 270, TIME_US);
    const pixels = Array.from({ length: 480 * 270 }, (_, index) => data[index * 3] ?? 0);
    expect(readTimecode(Uint8Array.from(pixels), 480, 270)).toBe(TIME_US);
    const rgba = Uint8ClampedArray.from(pixels.flatMap((level) => [0, level, 0, 255]));
    expect(readTimecode(rgba, 480, 270)).toBe(TIME_US);
  });

  it.each([0.5, 0.75, 1.5, 2])('survives scaling by %f and JPEG of quality 30', async (factor) => {
    for (const [width, height] of [[480, 270] as const, [640, 480] as const, [1280, 720] as const]) {
      const data = noise(width, height);
      writeTimecode(data, width, height, TIME_US);
      const scaledWidth = Math.round(width * factor);
      const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
        .resize(scaledWidth, Math.round(height * factor), { fit: 'fill' })
        .jpeg({ quality: 30 })
        .toBuffer();
      const { data: decoded, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      expect(info.width).toBe(scaledWidth);
      expect(readTimecode(decoded, info.width, info.height)).toBe(TIME_US);
    }
  });

  it('survives JPEG of quality 30 at any time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.maxSafeNat(), async (timeUs) => {
        const data = noise(480, 270);
        writeTimecode(data, 480, 270, timeUs);
        const jpeg = await sharp(data, { raw: { width: 480, height: 270, channels: 3 } })
          .resize(240, 135)
          .jpeg({ quality: 30 })
          .toBuffer();
        expect(readTimecode(await sharp(jpeg).raw().toBuffer(), 240, 135)).toBe(timeUs);
      }),
      { numRuns: 30 },
    );
  });

  it('survives a change of the shape of the picture', async () => {
    const data = noise(1280, 720);
    writeTimecode(data, 1280, 720, TIME_US);
    const stretched = await sharp(data, { raw: { width: 1280, height: 720, channels: 3 } })
      .resize(640, 640, { fit: 'fill' })
      .raw()
      .toBuffer();
    expect(readTimecode(stretched, 640, 640)).toBe(TIME_US);
  });

  it('survives a washed-out picture but not one without contrast', () => {
    const data = new Uint8Array(480 * 270 * 3);
    writeTimecode(data, 480, 270, TIME_US);
    expect(
      readTimecode(
        data.map((level) => 100 + level * 0.2),
        480,
        270,
      ),
    ).toBe(TIME_US);
    expect(
      readTimecode(
        data.map((level) => 100 + level * 0.15),
        480,
        270,
      ),
    ).toBeNull();
  });
});

describe('a picture without a legible timecode', () => {
  it('has no time when it is flat or noise', () => {
    for (const level of [0, 128, 255]) expect(readTimecode(new Uint8Array(480 * 270).fill(level), 480, 270)).toBeNull();
    expect(readTimecode(noise(480, 270), 480, 270)).toBeNull();
  });

  it('has no time when one cell is overwritten', () => {
    const data = new Uint8Array(480 * 270 * 3);
    writeTimecode(data, 480, 270, TIME_US);
    const inverted = data.map((level, index) => (Math.floor(index / 3) % 480 >= 470 ? 255 - level : level));
    expect(readTimecode(inverted, 480, 270)).toBeNull();
  });

  it('has no time when the code is negative', () => {
    const data = new Uint8Array(480 * 270 * 3);
    writeTimecode(data, 480, 270, TIME_US);
    expect(
      readTimecode(
        data.map((level) => 255 - level),
        480,
        270,
      ),
    ).toBeNull();
  });

  it('has no time when its length fits no format, or it is too small', () => {
    expect(readTimecode(new Uint8Array(480 * 270 * 2), 480, 270)).toBeNull();
    expect(readTimecode(new Uint8Array(0), 0, 0)).toBeNull();
    expect(readTimecode(new Uint8Array(239 * 135 * 3), 239, 135)).toBeNull();
  });
});

describe('writeTimecode', () => {
  it('refuses a picture that is too small', () => {
    const message = 'A timecode needs a picture of at least 240x135, not 320x134.';
    expect(() => writeTimecode(new Uint8Array(320 * 134 * 3), 320, 134, TIME_US)).toThrow(new RangeError(message));
    expect(() => writeTimecode(new Uint8Array(239 * 135 * 3), 239, 135, TIME_US)).toThrow(RangeError);
  });

  it('refuses data of another length than the size says', () => {
    expect(() => writeTimecode(new Uint8Array(240 * 135), 240, 135, TIME_US)).toThrow('not RGB24');
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])('refuses the time %d', (timeUs) => {
    expect(() => writeTimecode(new Uint8Array(240 * 135 * 3), 240, 135, timeUs)).toThrow('is no time');
  });
});

/** Pixels without any order, the same for each size. */
function noise(width: number, height: number): Buffer {
  const random = new SeededRandom(width * height);
  return Buffer.from(Array.from({ length: width * height * 3 }, () => random.below(256)));
}
