import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { StreamerError } from '../../shared/errors.js';

/** A raw picture: 3 bytes a pixel, red, green, blue, no padding. */
export interface RawPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Turns raw pictures into JPEGs off the main thread; `data` must stay untouched until the promise settles. */
export interface JpegEncoder {
  /** How many encodes can usefully run at once. */
  readonly parallel: number;
  /** Rejects with ENCODE_FAILED. */
  encode(picture: RawPicture): Promise<Buffer>;
}

/**
 * JPEG by sharp (libvips), one thread an encode and as many encodes at once as there are cores. Huffman tables are the
 * standard ones: optimising them costs as much CPU again for files about a sixth smaller.
 *
 * @param quality 1 to 100
 */
export function createJpegEncoder(quality: number): JpegEncoder {
  sharp.cache(false);
  sharp.concurrency(1);
  return {
    parallel: availableParallelism(),
    async encode({ data, width, height }) {
      try {
        return await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
          .jpeg({ quality, optimiseCoding: false })
          .toBuffer();
      } catch (error) {
        throw new StreamerError('ENCODE_FAILED', `Cannot encode a ${width}x${height} frame.`, { cause: error });
      }
    },
  };
}
