import sharp from 'sharp';
import type { Sharp } from 'sharp';

/** A decoded picture: `data` holds `width` x `height` pixels of three bytes (red, green, blue), rows from the top. */
export interface RgbPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The brightness of a decoded picture: one byte a pixel, rows from the top. */
export interface LumaPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Most pixels a picture may have: twice the 8K format, so that a hostile header cannot claim gigabytes. */
const MAX_PIXELS = 2 * 7680 * 4320;
/** Most pixels a picture may have whose brightness only is looked at, since nobody asked for that one in particular. */
export const MAX_LUMA_PIXELS = 4096 * 4096;

// Frames are decoded once each, so a cache would only hold memory.
sharp.cache(false);

/**
 * Decodes a whole JPEG to RGB. With `fit` the picture is made to fit into that size, keeping its aspect; the decoder
 * then skips detail that would be thrown away, so measure decoding without it.
 *
 * Rejects with an `Error` that says why when the bytes are no JPEG, are cut off or damaged, or claim too many pixels.
 */
export async function decodeJpeg(jpeg: Buffer, fit?: { width: number; height: number }): Promise<RgbPicture> {
  return decoded(jpeg, (picture) => {
    const sized = fit ? picture.resize({ ...fit, fit: 'inside', kernel: 'linear' }) : picture;
    return sized.toColourspace('srgb').removeAlpha();
  });
}

/**
 * Decodes the brightness of a whole JPEG, made smaller so that it fits into a square of `maxSide` pixels; colours are not
 * decoded, and of a large picture no more detail than is shown.
 *
 * Rejects as `decodeJpeg` does, and for more than `MAX_LUMA_PIXELS`.
 */
export async function decodeLuma(jpeg: Buffer, maxSide: number): Promise<LumaPicture> {
  const fit = { width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true, kernel: 'linear' } as const;
  return decoded(jpeg, (picture) => picture.resize(fit).toColourspace('b-w').removeAlpha(), MAX_LUMA_PIXELS);
}

async function decoded(jpeg: Buffer, prepare: (picture: Sharp) => Sharp, maxPixels = MAX_PIXELS): Promise<RgbPicture> {
  // Only JPEG may come: what the library would make of other formats (SVG, say) is no business of a frame.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error('The picture cannot be decoded: it is not a JPEG.');
  try {
    const picture = prepare(sharp(jpeg, { limitInputPixels: maxPixels, failOn: 'warning' }));
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`The picture cannot be decoded: ${reason}`, { cause: thrown });
  }
}
