import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readTimecode } from '../../../../shared/timecode/timecode-reader.js';
import { writeTimecode } from '../../../../shared/timecode/timecode-writer.js';
import type { Timecode } from '../../../../shared/timecode/timecode.js';
import { afterJourney, codedNoise, noise, TIMECODE } from '../../../helpers/timecode-pictures.js';
import { TIMECODE_VECTORS, vectorPicturePath } from '../../../helpers/timecode-vectors.js';

const SAMPLE: Timecode = { kind: 'capture', timeUs: 1_700_000_000_123_456, counter: 4711 };
const SIZES = [
  [192, 108],
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
    const { data } = codedNoise(width, height, SAMPLE);
    expect(readTimecode(data, width, height)).toEqual(SAMPLE);
  });

  it('is read back whatever it says and the size', () => {
    const side = fc.integer({ min: 192, max: 700 });
    fc.assert(
      fc.property(TIMECODE, side, side, (timecode, width, height) => {
        const data = new Uint8Array(width * height * 3);
        writeTimecode(data, width, height, timecode);
        expect(readTimecode(data, width, height)).toEqual(timecode);
      }),
      { numRuns: 50 },
    );
  });

  it.each(TIMECODE_VECTORS.pictures)('is read from the test vector $file', async ({ file, code }) => {
    const { data, info } = await sharp(vectorPicturePath(file)).raw().toBuffer({ resolveWithObject: true });
    const { name: _name, rows: _rows, ...timecode } = TIMECODE_VECTORS.codes.find(({ name }) => name === code) ?? {};
    expect(readTimecode(data, info.width, info.height)).toEqual(timecode);
  });

  it('is drawn as in the test vector, and nothing beside it is touched', async () => {
    const { data, info } = await sharp(vectorPicturePath('timecode-192x108.png'))
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([192, 108, 3]);
    const before = Buffer.from(data);
    writeTimecode(data, 192, 108, { ...SAMPLE, kind: 'media', timeUs: 0 });
    expect(data.equals(before)).toBe(false);
    writeTimecode(data, 192, 108, SAMPLE);
    expect(data.equals(before)).toBe(true);
  });

  it('is read from grey and from RGBA', () => {
    const { data } = codedNoise(480, 270, SAMPLE);
    const green = Array.from({ length: 480 * 270 }, (_, index) => data[index * 3 + 1] ?? 0);
    expect(readTimecode(Uint8Array.from(green), 480, 270)).toEqual(SAMPLE);
    const rgba = Uint8ClampedArray.from(green.flatMap((level) => [0, level, 0, 255]));
    expect(readTimecode(rgba, 480, 270)).toEqual(SAMPLE);
  });

  it.each([0.5, 0.75, 1.5, 2])('survives scaling by %f and JPEG of quality 30', async (factor) => {
    for (const [width, height] of [[320, 180] as const, [640, 480] as const, [1280, 720] as const]) {
      const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
      const arrived = await afterJourney(codedNoise(width, height, SAMPLE), { ...size, jpegQuality: 30 });
      expect(arrived.width).toBe(size.width);
      expect(readTimecode(arrived.data, arrived.width, arrived.height)).toEqual(SAMPLE);
    }
  });

  it('survives a change of the shape of the picture', async () => {
    const { data } = await afterJourney(codedNoise(1280, 720, SAMPLE), { width: 640, height: 640 });
    expect(readTimecode(data, 640, 640)).toEqual(SAMPLE);
  });

  it('survives a washed-out picture but not one without contrast', () => {
    const { data } = codedNoise(480, 270, SAMPLE);
    const faded = (contrast: number) => data.map((level) => 100 + level * contrast);
    expect(readTimecode(faded(0.17), 480, 270)).toEqual(SAMPLE);
    expect(readTimecode(faded(0.15), 480, 270)).toBeNull();
  });

  it('survives light that falls off across the picture', () => {
    const { data } = codedNoise(480, 270, SAMPLE);
    const darkened = data.map(
      (level, index) => 100 * (((index / 3) % 480) / 480) + level * (0.6 - 0.4 * (((index / 3) % 480) / 480)),
    );
    expect(readTimecode(darkened, 480, 270)).toEqual(SAMPLE);
  });
});

describe('a picture without a legible timecode', () => {
  it('says nothing when one cell is overwritten', () => {
    const { data } = codedNoise(640, 360, SAMPLE);
    // A cell of ten by ten pixels in the upper data row.
    for (let y = 30; y < 40; y += 1) invert(data, (y * 640 + 300) * 3, (y * 640 + 310) * 3);
    expect(readTimecode(data, 640, 360)).toBeNull();
  });

  it('says nothing when the code is negative, mirrored or upside down', async () => {
    const { data } = codedNoise(640, 360, SAMPLE);
    const picture = sharp(data, { raw: { width: 640, height: 360, channels: 3 } });
    expect(readTimecode(await picture.clone().negate().raw().toBuffer(), 640, 360)).toBeNull();
    expect(readTimecode(await picture.clone().flop().raw().toBuffer(), 640, 360)).toBeNull();
    expect(readTimecode(await picture.clone().rotate(180).raw().toBuffer(), 640, 360)).toBeNull();
  });

  it('says nothing when its length fits no format, or there are no pixels', () => {
    expect(readTimecode(new Uint8Array(480 * 270 * 2), 480, 270)).toBeNull();
    expect(readTimecode(new Uint8Array(0), 0, 0)).toBeNull();
    expect(readTimecode(new Uint8Array(1), 1, 1)).toBeNull();
  });
});

describe('writeTimecode', () => {
  it('refuses a picture that is too small', () => {
    const message = 'A timecode needs a picture of at least 192x108, not 320x107.';
    expect(() => writeTimecode(noise(320, 107).data, 320, 107, SAMPLE)).toThrow(new RangeError(message));
    expect(() => writeTimecode(noise(191, 108).data, 191, 108, SAMPLE)).toThrow(RangeError);
  });

  it('refuses data of another length than the size says', () => {
    expect(() => writeTimecode(new Uint8Array(240 * 135), 240, 135, SAMPLE)).toThrow('not RGB24');
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])('refuses the time %d', (timeUs) => {
    expect(() => writeTimecode(noise(192, 108).data, 192, 108, { ...SAMPLE, timeUs })).toThrow('is no time');
  });

  it.each([-1, 0.5, 2 ** 16, Number.NaN])('refuses the counter %d', (counter) => {
    expect(() => writeTimecode(noise(192, 108).data, 192, 108, { ...SAMPLE, counter })).toThrow('is no counter');
  });
});

function invert(data: Buffer, from: number, to: number): void {
  for (let index = from; index < to; index += 1) data[index] = 255 - (data[index] ?? 0);
}
