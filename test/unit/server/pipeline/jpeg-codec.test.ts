import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createJpegEncoder } from '../../../../server/pipeline/encoder.js';

function solid(width: number, height: number, colour: readonly [number, number, number]) {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < data.length; i += 1) data[i] = colour[i % 3] ?? 0;
  return { data, width, height };
}

describe('createJpegEncoder', () => {
  it.each([
    [1, 1],
    [1, 17],
    [33, 2],
    [63, 47],
    [160, 90],
  ])('makes a JPEG of %d x %d pixels that decodes to the colour that went in', async (width, height) => {
    const jpeg = await createJpegEncoder(90).encode(solid(width, height, [200, 100, 50]));
    expect(jpeg.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(jpeg.subarray(-2).toString('hex')).toBe('ffd9');
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width, height, 3]);
    const isClose = data.every((value, index) => Math.abs(value - ([200, 100, 50][index % 3] ?? 0)) <= 3);
    expect(isClose).toBe(true);
  });

  it('makes smaller files at lower quality', async () => {
    const data = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 7919) % 256));
    const sizes = await Promise.all(
      [1, 50, 100].map(
        async (quality) => (await createJpegEncoder(quality).encode({ data, width: 64, height: 64 })).length,
      ),
    );
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(new Set(sizes).size).toBe(3);
  });

  it('refuses a buffer that does not fit the size', async () => {
    const picture = { data: Buffer.alloc(10), width: 4, height: 4 };
    await expect(createJpegEncoder(80).encode(picture)).rejects.toMatchObject({
      code: 'ENCODE_FAILED',
      message: 'Cannot encode a 4x4 frame.',
      cause: expect.any(Error) as Error,
    });
  });

  it('refuses what no JPEG can be: a side of more than 65,535 pixels', async () => {
    await expect(createJpegEncoder(80).encode(solid(65_536, 1, [0, 0, 0]))).rejects.toMatchObject({
      code: 'ENCODE_FAILED',
    });
  });
});
