import fc from 'fast-check';
import sharp from 'sharp';
import type { JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegPayloads, whyNotRtpJpeg } from '../../../../server/rtsp/jpeg-payload.js';
import { segment, SOI, withoutHuffmanTables } from '../../../helpers/built-jpeg.js';
import { joinJpeg } from '../../../helpers/rtp-payloads.js';

const WIDTH = 160;
const HEIGHT = 96;

/** RGB with edges and noise, so that every coefficient occurs. */
function pixels(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(width * height * 3);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = ((at * 7) ^ (at >> 5) ^ ((at * at) >> 9)) & 0xff;
  return bytes;
}

async function encoded(options: JpegOptions = {}, width = WIDTH, height = HEIGHT): Promise<Buffer> {
  const image = sharp(pixels(width, height), { raw: { width, height, channels: 3 } });
  return image.jpeg({ optimiseCoding: false, quality: 85, ...options }).toBuffer();
}

const decoded = async (jpeg: Buffer) => sharp(jpeg).raw().toBuffer();
const ordinary = await encoded();

/** The picture with the first bytes `from` replaced. */
function changed(jpeg: Buffer, from: string, to: string): Buffer {
  const at = jpeg.indexOf(from, 0, 'hex');
  if (at === -1) throw new Error(`there is no ${from}`);
  const copy = Buffer.from(jpeg);
  copy.write(to, at, 'hex');
  return copy;
}

/** The picture with a segment behind its SOI. */
function withSegment(jpeg: Buffer, code: number, body: string): Buffer {
  return Buffer.concat([SOI, segment(code, Buffer.from(body, 'hex')), jpeg.subarray(2)]);
}

describe('jpegPayloads', () => {
  it('carries a picture that receivers make again, pixel by pixel', async () => {
    const payloads = jpegPayloads(ordinary, 300) ?? [];
    expect(payloads.length).toBeGreaterThan(10);
    expect(payloads.every(({ length }) => length <= 300)).toBe(true);
    // Type-specific, offset, type 1, Q 255, 20x12 blocks; zero, precision, 128 bytes of tables.
    expect(payloads[0]?.toString('hex', 0, 12)).toBe('0000000001ff140c00000080');
    expect(payloads[1]?.toString('hex', 0, 8)).toBe('000000a001ff140c');
    expect(await decoded(joinJpeg(payloads))).toEqual(await decoded(ordinary));
  });

  it('carries 4:2:2, and tables of each picture', async () => {
    // Nobody decodes it, so its data may be those of 4:2:0.
    const horizontal = changed(await encoded({ quality: 40 }), '012200', '012100');
    const payloads = jpegPayloads(horizontal, 1400) ?? [];
    expect(payloads[0]?.readUInt8(4)).toBe(0);
    expect(joinJpeg(payloads).includes(Buffer.from('012100', 'hex'))).toBe(true);
  });

  it('tells the restart interval in each packet', () => {
    // Five blocks between markers, which the header says and the data would have.
    const payloads = jpegPayloads(withSegment(ordinary, 0xdd, '0005'), 300) ?? [];
    expect(payloads.map((payload) => payload.readUInt8(4))).toEqual(payloads.map(() => 65));
    expect(payloads.map((payload) => payload.toString('hex', 8, 12))).toEqual(payloads.map(() => '0005ffff'));
    expect(joinJpeg(payloads).includes(Buffer.from('ffdd00040005', 'hex'))).toBe(true);
  });

  it('carries a picture without Huffman tables, as Motion JPEG is', async () => {
    const payloads = jpegPayloads(withoutHuffmanTables(ordinary), 1400) ?? [];
    expect(await decoded(joinJpeg(payloads))).toEqual(await decoded(ordinary));
  });

  it.each([
    ['is progressive', async () => encoded({ progressive: true }), 'it is not baseline'],
    [
      'has tables of its own',
      async () => encoded({ optimiseCoding: true }),
      "its Huffman tables are not the standard's",
    ],
    [
      'has all the colours',
      async () => encoded({ chromaSubsampling: '4:4:4' }),
      'its colours are sampled neither 4:2:0 nor 4:2:2',
    ],
    ['is grey', async () => grey(), 'it is not of luminance and two colours'],
    [
      'is RGB',
      async () => withSegment(ordinary, 0xee, '41646f626500640000000000'),
      'it is not of luminance and two colours',
    ],
    ['is too wide', async () => encoded({}, 2048, 16), 'it is larger than 2040x2040'],
    ['is of odd size', async () => encoded({}, 154, 96), 'its sides are no multiples of 8 pixels'],
    [
      'has wide tables',
      async () => changed(ordinary, 'ffdb004300', 'ffdb004310'),
      'its quantization tables have 16 bits',
    ],
    ['lacks a table', async () => changed(ordinary, 'ffdb004301', 'ffdb004302'), 'it lacks quantization tables'],
    ['has no scan', async () => ordinary.subarray(0, ordinary.indexOf('ffda', 0, 'hex')), 'it is broken'],
    ['is cut off', async () => ordinary.subarray(0, -2), 'its end is missing'],
    ['has several scans', async () => builtScans(), 'it is in several scans'],
    ['is none', async () => Buffer.from('ffd8ffd9', 'hex'), 'it holds no picture'],
  ])('says why not where a picture %s', async (_, make, reason) => {
    const jpeg = await make();
    expect(whyNotRtpJpeg(jpeg)).toBe(reason);
    expect(jpegPayloads(jpeg, 1400)).toBeNull();
  });

  it('has nothing to say of a picture that it carries', () => {
    expect(whyNotRtpJpeg(ordinary)).toBeNull();
  });

  it('stands any bytes, and carries them or not', () => {
    const change = fc.tuple(fc.nat(ordinary.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(ordinary.length), (changes, end) => {
        const hostile = Buffer.from(ordinary.subarray(0, Math.max(end, 700)));
        // Most of what matters stands before the scan.
        for (const [at, byte] of changes) hostile[at % Math.min(640, hostile.length)] = byte;
        const payloads = jpegPayloads(hostile, 500);
        expect(payloads === null).toBe(whyNotRtpJpeg(hostile) !== null);
        expect(payloads?.every(({ length }) => length <= 500) ?? true).toBe(true);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof whyNotRtpJpeg(Buffer.from(bytes)) === 'string'),
    );
  });
});

/** The ordinary picture with its scan twice. */
function builtScans(): Buffer {
  const scan = ordinary.subarray(ordinary.indexOf('ffda', 0, 'hex'), -2);
  return Buffer.concat([ordinary.subarray(0, -2), scan, ordinary.subarray(-2)]);
}

function grey(): Promise<Buffer> {
  const image = sharp(Buffer.alloc(64, 100), { raw: { width: 8, height: 8, channels: 1 } });
  return image.toColourspace('b-w').jpeg({ optimiseCoding: false }).toBuffer();
}
