import sharp from 'sharp';

/** Bits of a number that a picture shows, and the size of the field of each. */
export const NUMBER_BITS = 12;
const FIELD_WIDTH = 32;
const HEIGHT = 96;

export const NUMBERED_WIDTH = NUMBER_BITS * FIELD_WIDTH;
export const NUMBERED_HEIGHT = HEIGHT;

/** A JPEG that shows a number below 2048: white and black fields, the first one white in all of them. */
export async function numberedJpeg(number: number): Promise<Buffer> {
  const pixels = Buffer.alloc(NUMBERED_WIDTH * HEIGHT);
  for (let x = 0; x < NUMBERED_WIDTH; x += 1) {
    const bit = NUMBER_BITS - 1 - Math.floor(x / FIELD_WIDTH);
    const isWhite = bit === NUMBER_BITS - 1 || (number >> bit) % 2 === 1;
    for (let y = 0; y < HEIGHT; y += 1) pixels[y * NUMBERED_WIDTH + x] = isWhite ? 255 : 0;
  }
  return sharp(pixels, { raw: { width: NUMBERED_WIDTH, height: HEIGHT, channels: 1 } })
    .jpeg()
    .toBuffer();
}

/** The number that one gray value from each field, from left to right, stands for; -1 when that is no such picture. */
export function numberShown(fields: Iterable<number>): number {
  const bits = [...fields].map((value): number => (value > 127 ? 1 : 0));
  if (bits.length !== NUMBER_BITS || bits[0] !== 1) return -1;
  return bits.slice(1).reduce((number, bit) => number * 2 + bit, 0);
}

/** The numbers that pictures of `NUMBER_BITS` x 1 gray pixels show, one behind the other. */
export function numbersShown(gray: Buffer): number[] {
  return Array.from({ length: Math.floor(gray.length / NUMBER_BITS) }, (_, n) =>
    numberShown(gray.subarray(n * NUMBER_BITS, (n + 1) * NUMBER_BITS)),
  );
}
