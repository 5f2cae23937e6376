import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeJpeg, decodeLuma } from '../../../client/jpeg-decoder.js';
import { StreamerError } from '../../../shared/errors.js';

function jpegOf(width: number, height: number, grey = false): Promise<Buffer> {
  const picture = sharp({ create: { width, height, channels: 3, background: { r: 250, g: 20, b: 20 } } });
  return (grey ? picture.toColourspace('b-w') : picture).jpeg({ quality: 95 }).toBuffer();
}

async function failureOf(jpeg: Buffer): Promise<unknown> {
  return decodeJpeg(jpeg).then(
    () => null,
    (thrown: unknown) => thrown,
  );
}

describe('decodeJpeg', () => {
  it('gives every pixel as red, green and blue', async () => {
    const { data, width, height } = await decodeJpeg(await jpegOf(33, 17));
    expect([width, height, data.length]).toEqual([33, 17, 33 * 17 * 3]);
    const [red = 0, green = 0, blue = 0] = data;
    expect([red > 240, green < 30, blue < 30]).toEqual([true, true, true]);
  });

  it('makes a picture fit, keeping its aspect', async () => {
    const { data, width, height } = await decodeJpeg(await jpegOf(1280, 720), { width: 78, height: 40 });
    expect([width, height, data.length]).toEqual([71, 40, 71 * 40 * 3]);
  });

  it('gives grey pictures three equal bytes a pixel', async () => {
    const { data } = await decodeJpeg(await jpegOf(8, 8, true));
    expect(data).toHaveLength(8 * 8 * 3);
    expect(data[0]).toBe(data[1]);
    expect(data[1]).toBe(data[2]);
  });

  it('decodes the smallest picture', async () => {
    const { width, height, data } = await decodeJpeg(await jpegOf(1, 1));
    expect([width, height, data.length]).toEqual([1, 1, 3]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['a start without a picture', Buffer.from([0xff, 0xd8])],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ])('rejects %s with a plain, clear error', async (_, jpeg) => {
    const failure = await failureOf(jpeg);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(StreamerError);
    expect(String(failure)).toMatch(/^Error: The picture cannot be decoded: ./);
  });

  it('rejects a PNG, since frames are JPEG', async () => {
    const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(String(await failureOf(png))).toBe('Error: The picture cannot be decoded: it is not a JPEG.');
  });

  it('rejects a picture that is cut off', async () => {
    const jpeg = await jpegOf(640, 480);
    expect(String(await failureOf(jpeg.subarray(0, jpeg.length / 2)))).toMatch(/cannot be decoded/);
  });

  it('rejects a header that claims too many pixels', async () => {
    const jpeg = await jpegOf(64, 64);
    const frameHeader = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(65_000, frameHeader + 5);
    jpeg.writeUInt16BE(65_000, frameHeader + 7);
    expect(String(await failureOf(jpeg))).toMatch(/cannot be decoded: .*pixel/);
  });
});

describe('decodeLuma', () => {
  it.each([true, false])('gives one byte a pixel, grey: %s', async (grey) => {
    const { data, width, height } = await decodeLuma(await jpegOf(33, 17, grey), 640);
    expect([width, height, data.length]).toEqual([33, 17, 33 * 17]);
  });

  it('makes a large picture fit, keeping its aspect, and no picture larger', async () => {
    expect(await decodeLuma(await jpegOf(1280, 720), 640)).toMatchObject({ width: 640, height: 360 });
    expect(await decodeLuma(await jpegOf(90, 1000), 500)).toMatchObject({ width: 45, height: 500 });
    expect(await decodeLuma(await jpegOf(8, 8), 640)).toMatchObject({ width: 8, height: 8 });
  });

  it('tells black from white over the whole range', async () => {
    const both = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'white' } })
      .composite([{ input: { create: { width: 8, height: 16, channels: 3, background: 'black' } }, left: 0, top: 0 }])
      .jpeg({ quality: 95 })
      .toBuffer();
    const { data } = await decodeLuma(both, 640);
    expect(data[0]).toBeLessThan(5);
    expect(data[15]).toBeGreaterThan(250);
  });

  it('rejects what is no JPEG, or is cut off', async () => {
    const jpeg = await jpegOf(64, 64);
    for (const bytes of [Buffer.from('hello'), jpeg.subarray(0, jpeg.length - 20)]) {
      await expect(decodeLuma(bytes, 640)).rejects.toThrow('The picture cannot be decoded: ');
    }
  });
});
