import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createJpegCodec } from '../../../../server/pipeline/jpeg-codec.js';

function solid(width: number, height: number, colour: readonly [number, number, number]) {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < data.length; i += 1) data[i] = colour[i % 3] ?? 0;
  return { data, width, height };
}

describe('createJpegCodec', () => {
  it.each([
    [1, 1],
    [1, 17],
    [33, 2],
    [63, 47],
    [160, 90],
  ])('makes a JPEG of %d x %d pixels that decodes to the colour that went in', async (width, height) => {
    const jpeg = await createJpegCodec(90).encode(solid(width, height, [200, 100, 50]));
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
        async (quality) => (await createJpegCodec(quality).encode({ data, width: 64, height: 64 })).length,
      ),
    );
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(new Set(sizes).size).toBe(3);
  });

  it('refuses a buffer that does not fit the size', async () => {
    const picture = { data: Buffer.alloc(10), width: 4, height: 4 };
    await expect(createJpegCodec(80).encode(picture)).rejects.toMatchObject({
      code: 'ENCODE_FAILED',
      message: 'Cannot encode a 4x4 frame.',
      cause: expect.any(Error) as Error,
    });
  });

  it('refuses what no JPEG can be: a side of more than 65,535 pixels', async () => {
    await expect(createJpegCodec(80).encode(solid(65_536, 1, [0, 0, 0]))).rejects.toMatchObject({
      code: 'ENCODE_FAILED',
    });
  });
});

describe('JpegCodec.decode and reencode', () => {
  const red = () => sharp({ create: { width: 64, height: 32, channels: 3, background: '#c01020' } });
  const colourOf = (data: Buffer) => [data[0], data[1], data[2]];

  it('decodes to the size asked for, in memory of its own', async () => {
    const { data, width, height } = await createJpegCodec(80).decode(await red().jpeg().toBuffer(), {
      width: 16,
      height: 8,
    });
    expect([width, height, data.length]).toEqual([16, 8, 16 * 8 * 3]);
    expect(data.byteLength).toBe(data.buffer.byteLength);
    const [r = 0, g = 0, b = 0] = colourOf(data);
    expect(Math.max(Math.abs(r - 0xc0), Math.abs(g - 0x10), Math.abs(b - 0x20))).toBeLessThanOrEqual(4);
  });

  it('makes three channels of a grey JPEG', async () => {
    const { data } = await createJpegCodec(80).decode(await red().greyscale().jpeg().toBuffer(), {
      width: 64,
      height: 32,
    });
    expect(data.length).toBe(64 * 32 * 3);
    expect(new Set(colourOf(data)).size).toBe(1);
  });

  it('encodes a JPEG anew in another size and quality', async () => {
    const jpeg = await red().jpeg({ quality: 100 }).toBuffer();
    const anew = await createJpegCodec(20).reencode(jpeg, { width: 32, height: 16 });
    const better = await createJpegCodec(100).reencode(jpeg, { width: 32, height: 16 });
    expect(better.equals(anew)).toBe(false);
    const { width, height, format } = await sharp(anew).metadata();
    expect([width, height, format]).toEqual([32, 16, 'jpeg']);
  });

  it.each([
    ['no JPEG', () => Promise.resolve(Buffer.from('<html>'))],
    ['one cut short', async () => (await red().jpeg().toBuffer()).subarray(0, -40)],
  ])('refuses %s', async (_, make) => {
    const bytes = await make();
    const size = { width: 64, height: 32 };
    await expect(createJpegCodec(80).decode(bytes, size)).rejects.toMatchObject({ code: 'BAD_JPEG' });
    await expect(createJpegCodec(80).reencode(bytes, size)).rejects.toMatchObject({ code: 'BAD_JPEG' });
  });
});
