import sharp from 'sharp';

/** A decoded picture: `data` holds `width` x `height` pixels of three bytes (red, green, blue), rows from the top. */
export interface RgbPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Most pixels a picture may have: twice the 8K format, so that a hostile header cannot claim gigabytes. */
const MAX_PIXELS = 2 * 7680 * 4320;

// Frames are decoded once each, so a cache would only hold memory.
sharp.cache(false);

/**
 * Decodes a whole JPEG to RGB. With `fit` the picture is made to fit into that size, keeping its aspect; the decoder
 * then skips detail that would be thrown away, so measure decoding without it.
 *
 * Rejects with an `Error` that says why when the bytes are no JPEG, are cut off or damaged, or claim too many pixels.
 */
export async function decodeJpeg(jpeg: Buffer, fit?: { width: number; height: number }): Promise<RgbPicture> {
  // Only JPEG may come: what the library would make of other formats (SVG, say) is no business of a frame.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error('The picture cannot be decoded: it is not a JPEG.');
  try {
    const picture = sharp(jpeg, { limitInputPixels: MAX_PIXELS, failOn: 'warning' });
    const sized = fit ? picture.resize({ ...fit, fit: 'inside', kernel: 'linear' }) : picture;
    const { data, info } = await sized.toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`The picture cannot be decoded: ${reason}`, { cause: thrown });
  }
}
