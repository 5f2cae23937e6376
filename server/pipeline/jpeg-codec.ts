import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { StreamerError } from '../../shared/errors.js';

/** A raw picture: 3 bytes a pixel, red, green, blue, no padding. */
export interface RawPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A size in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Makes and reads JPEGs off the main thread; what is given must stay untouched until the promise settles. */
export interface JpegCodec {
  /** How many calls can usefully run at once. */
  readonly parallel: number;
  /** Rejects with ENCODE_FAILED. */
  encode(picture: RawPicture): Promise<Buffer>;
  /** Encodes a JPEG anew, in another size and the quality of this codec; rejects with BAD_JPEG. */
  reencode(jpeg: Buffer, size: PictureSize): Promise<Buffer>;
  /** Decodes to `size`; the memory belongs to nobody else. Rejects with BAD_JPEG. */
  decode(jpeg: Buffer, size: PictureSize): Promise<RawPicture>;
}

/**
 * JPEG by sharp (libvips), one thread a call and as many calls at once as there are cores. Huffman tables are the
 * standard ones: optimising them costs as much CPU again for files about a sixth smaller.
 *
 * @param quality 1 to 100
 */
export function createJpegCodec(quality: number): JpegCodec {
  sharp.cache(false);
  sharp.concurrency(1);
  const output = { quality, optimiseCoding: false };
  return {
    parallel: availableParallelism(),
    async encode({ data, width, height }) {
      try {
        const input = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
        return await input.jpeg(output).toBuffer();
      } catch (cause) {
        throw new StreamerError('ENCODE_FAILED', `Cannot encode a ${width}x${height} frame.`, { cause });
      }
    },
    async reencode(jpeg, size) {
      try {
        return await read(jpeg, size).jpeg(output).toBuffer();
      } catch (cause) {
        throw badJpeg(cause);
      }
    },
    async decode(jpeg, size) {
      try {
        const { data, info } = await read(jpeg, size).raw().toBuffer({ resolveWithObject: true });
        return { data, width: info.width, height: info.height };
      } catch (cause) {
        throw badJpeg(cause);
      }
    },
  };
}

/** Quality of images that are made into JPEGs: nobody would see that they ever were anything else. */
const IMAGE_QUALITY = 95;

/** Turns an image of any format sharp reads into an upright JPEG, what is transparent into white. Rejects otherwise. */
export async function imageToJpeg(image: Buffer): Promise<Buffer> {
  return sharp(image).rotate().flatten({ background: '#fff' }).jpeg({ quality: IMAGE_QUALITY }).toBuffer();
}

/** A picture cut short is not worth decoding, and one with a few wrong bits is. */
function read(jpeg: Buffer, { width, height }: PictureSize): Sharp {
  return sharp(jpeg, { failOn: 'truncated' })
    .resize(width, height, { fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha();
}

function badJpeg(cause: unknown): StreamerError {
  return new StreamerError('BAD_JPEG', 'A JPEG of the source cannot be decoded; the frame is left out.', { cause });
}
