import fc from 'fast-check';
import sharp from 'sharp';
import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import { SeededRandom } from './seeded-random.js';

/** Any timecode there can be. */
export const TIMECODE: fc.Arbitrary<Timecode> = fc.record({
  kind: fc.constantFrom('capture' as const, 'media' as const),
  timeUs: fc.maxSafeNat(),
  counter: fc.nat(0xffff),
});

/** Uncompressed pixels. */
export interface RawPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** What happens to a picture on its way: pixels cut off each side, then another size, then JPEG. */
export interface Journey {
  readonly crop?: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly width?: number;
  readonly height?: number;
  readonly jpegQuality?: number;
}

/** RGB24 pixels without any order, the same for each size. */
export function noise(width: number, height: number): RawPicture {
  const random = new SeededRandom(width * height);
  return { data: Buffer.from(Array.from({ length: width * height * 3 }, () => random.below(256))), width, height };
}

/** Noise with a timecode in it. */
export function codedNoise(width: number, height: number, timecode: Timecode): RawPicture {
  const picture = noise(width, height);
  writeTimecode(picture.data, width, height, timecode);
  return picture;
}

/** An RGB24 picture as it arrives after `journey`. */
export async function afterJourney({ data, width, height }: RawPicture, journey: Journey): Promise<RawPicture> {
  const { left, right, top, bottom } = journey.crop ?? { left: 0, right: 0, top: 0, bottom: 0 };
  const [cutWidth, cutHeight] = [width - left - right, height - top - bottom];
  const resized = sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left, top, width: cutWidth, height: cutHeight })
    .resize(journey.width ?? cutWidth, journey.height ?? cutHeight, { fit: 'fill' });
  const arrived = journey.jpegQuality
    ? sharp(await resized.jpeg({ quality: journey.jpegQuality }).toBuffer()).raw()
    : resized.raw();
  const { data: pixels, info } = await arrived.toBuffer({ resolveWithObject: true });
  return { data: pixels, width: info.width, height: info.height };
}
