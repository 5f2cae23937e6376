import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { pictureOf } from '../../../../shared/timecode/picture.js';
import { TimecodeReader } from '../../../../shared/timecode/timecode-reader.js';
import { findPlaces } from '../../../../shared/timecode/timecode-search.js';
import type { Timecode } from '../../../../shared/timecode/timecode.js';
import { afterJourney, codedNoise, TIMECODE } from '../../../helpers/timecode-pictures.js';
import type { Journey, RawPicture } from '../../../helpers/timecode-pictures.js';

vi.mock(import('../../../../shared/timecode/timecode-search.js'), { spy: true });

const SAMPLE: Timecode = { kind: 'media', timeUs: 33_367, counter: 1 };

describe('a cropped picture', () => {
  it('is read after any crop up to 5 % of each side, any scaling from a half to twice, and JPEG', async () => {
    const share = fc.double({ min: 0, max: 0.05, noNaN: true });
    const crop = fc.record({ left: share, right: share, top: share, bottom: share });
    const size = fc.constantFrom([320, 180] as const, [384, 288] as const, [640, 360] as const);
    const factor = fc.double({ min: 0.5, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(TIMECODE, size, crop, factor, factor, async (timecode, [width, height], cut, across, down) => {
        const arrived = await afterJourney(codedNoise(width, height, timecode), {
          crop: {
            left: Math.floor(cut.left * width),
            right: Math.floor(cut.right * width),
            top: Math.floor(cut.top * height),
            bottom: Math.floor(cut.bottom * height),
          },
          width: Math.round(width * 0.95 * across),
          height: Math.round(height * 0.95 * down),
          jpegQuality: 50,
        });
        expect(read(new TimecodeReader(), arrived)).toEqual(timecode);
      }),
      { numRuns: 60 },
    );
  });

  it('is searched once for all pictures with the same crop', async () => {
    const crop = { left: 30, right: 3, top: 18, bottom: 0 };
    const reader = new TimecodeReader();
    vi.mocked(findPlaces).mockClear();
    for (const timeUs of [1, 2, 3]) {
      const arrived = await afterJourney(codedNoise(640, 360, { ...SAMPLE, timeUs }), { crop, width: 600 - timeUs });
      expect(read(reader, arrived)).toEqual({ ...SAMPLE, timeUs });
    }
    expect(findPlaces).toHaveBeenCalledOnce();
  });

  it('is found anew after the crop has changed', async () => {
    const reader = new TimecodeReader();
    const journeys: Journey[] = [
      { crop: { left: 30, right: 3, top: 18, bottom: 0 } },
      {},
      { crop: { left: 0, right: 32, top: 0, bottom: 18 }, width: 320, height: 200 },
      { width: 1280, height: 720 },
    ];
    for (const journey of journeys) {
      expect(read(reader, await afterJourney(codedNoise(640, 360, SAMPLE), journey))).toEqual(SAMPLE);
    }
  });

  it('says nothing when a part of the code is cut off', async () => {
    const crop = { left: 60, right: 0, top: 0, bottom: 0 };
    expect(read(new TimecodeReader(), await afterJourney(codedNoise(640, 360, SAMPLE), { crop }))).toBeNull();
  });
});

describe('findPlaces', () => {
  it('finds the place to a fifth of a cell, first of all', async () => {
    const crop = { left: 30, right: 10, top: 9, bottom: 18 };
    const { data, width, height } = await afterJourney(codedNoise(640, 360, SAMPLE), { crop });
    const picture = pictureOf(data, width, height);
    if (picture === null) throw new Error('no picture');
    const places = findPlaces(picture);
    expect(places.length).toBeLessThanOrEqual(6);
    const near = (value: number | undefined, edgePx: number) =>
      expect(Math.abs((value ?? NaN) - edgePx)).toBeLessThan(2);
    near((places[0]?.left ?? NaN) * width, 40 - 30);
    near((places[0]?.right ?? NaN) * width, 600 - 30);
    near((places[0]?.top ?? NaN) * height, 20 - 9);
    near((places[0]?.bottom ?? NaN) * height, 60 - 9);
  });

  it('finds nothing where no timing rows are', () => {
    const flat = { data: new Uint8Array(320 * 180).fill(80), width: 320, height: 180, channels: 1, offset: 0 };
    expect(findPlaces(flat)).toEqual([]);
  });
});

function read(reader: TimecodeReader, { data, width, height }: RawPicture): Timecode | null {
  return reader.read(data, width, height);
}
