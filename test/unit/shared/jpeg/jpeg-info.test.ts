import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { readJpegInfo } from '../../../../shared/jpeg/jpeg-info.js';
import { EOI, SOI, builtJpeg, codedData, frameHeader, segment } from '../../../helpers/built-jpeg.js';
import { errorOf } from '../../../helpers/error-of.js';

const SAMPLE = sharp({ create: { width: 37, height: 21, channels: 3, background: 'teal' } });
const THUMBNAIL = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), builtJpeg({ width: 160, height: 120 })]));
const FILL = Buffer.from('ffffffff', 'hex');

describe('a JPEG of an encoder', () => {
  it.each([
    ['baseline', {}],
    ['progressive', { progressive: true }],
    ['with tables of its own', { optimiseCoding: true }],
    ['of one component at the lowest quality', { quality: 1, chromaSubsampling: '4:4:4' }],
  ])('%s has a size, tables and an end', async (_name, options) => {
    const jpeg = await SAMPLE.clone().jpeg(options).toBuffer();
    const info = readJpegInfo(jpeg);
    expect(info).toMatchObject({ width: 37, height: 21, hasHuffmanTables: true, lengthBytes: jpeg.length });
    expect(jpeg.readUInt16BE(info.scanOffset)).toBe(0xffda);
  });
});

describe('readJpegInfo', () => {
  it.each([
    ['a thumbnail in its metadata', { segments: [THUMBNAIL] }],
    ['fill bytes before a marker', { segments: [FILL, THUMBNAIL, FILL] }],
    ['garbage between segments', { segments: [Buffer.from('00ff00112233', 'hex'), THUMBNAIL] }],
    ['the longest segment there is', { segments: [segment(0xef, Buffer.alloc(65_533, 0xff))] }],
    ['a length that does not cover itself', { segments: [Buffer.from('ffe10001', 'hex')] }],
    ['restart markers', { scans: [Buffer.from('0102ffd00304ffd70506', 'hex')] }],
    ['several scans', { scans: [codedData(Buffer.alloc(50, 0xff)), Buffer.of(1)], between: segment(0xc4, SOI) }],
    ['the largest size', { width: 65_500, height: 65_500 }],
  ])('reads one with %s', (_name, built) => {
    const jpeg = builtJpeg({ width: 640, height: 480, ...built });
    const { width, height } = { width: 640, height: 480, ...built };
    expect(readJpegInfo(jpeg)).toMatchObject({ width, height, hasHuffmanTables: true, lengthBytes: jpeg.length });
  });

  it.each([
    ['zeros', Buffer.alloc(4096)],
    ['fill', FILL],
    ['a line end', Buffer.from('\r\n')],
    ['anything', Buffer.from('junk')],
  ])('leaves out %s behind the end', (_name, padding) => {
    const jpeg = builtJpeg();
    expect(readJpegInfo(Buffer.concat([jpeg, padding])).lengthBytes).toBe(jpeg.length);
  });

  it.each([
    [0xc0, false],
    [0xc1, false],
    // Progressive pictures cannot do with the standard's tables, and arithmetic coding has none.
    [0xc2, true],
    [0xc9, true],
  ])('asks for tables where a frame of type %i lacks them: %s', (frameCode, hasHuffmanTables) => {
    expect(readJpegInfo(builtJpeg({ frameCode, huffmanTables: false }))).toMatchObject({ hasHuffmanTables });
  });

  it('takes no thumbnail for the picture, its tables for the picture’s, nor its end for the end', () => {
    const jpeg = builtJpeg({ segments: [THUMBNAIL], huffmanTables: false });
    expect(readJpegInfo(jpeg)).toMatchObject({ width: 16, height: 8, hasHuffmanTables: false });
    expect(errorOf(() => readJpegInfo(jpeg.subarray(0, -2))).message).toContain('its end is missing');
  });
});

describe('what is no usable JPEG', () => {
  const header = Buffer.concat([SOI, frameHeader(16, 8)]);
  it.each([
    ['nothing', Buffer.alloc(0), 'it does not begin as one'],
    ['HTML', Buffer.from('<html>no such camera</html>'), 'it does not begin as one'],
    ['PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'it does not begin as one'],
    ['SOI alone', SOI, 'it ends within its header'],
    ['SOI and garbage', Buffer.concat([SOI, Buffer.alloc(1000)]), 'it ends within its header'],
    ['SOI and fill', Buffer.concat([SOI, Buffer.alloc(1000, 0xff)]), 'it ends within its header'],
    ['an empty picture', Buffer.concat([SOI, EOI, builtJpeg()]), 'it holds no picture'],
    ['tables only', Buffer.concat([header, EOI]), 'it holds no picture'],
    ['a second SOI', Buffer.concat([SOI, builtJpeg()]), 'it holds no picture'],
    ['no frame header', Buffer.concat([SOI, segment(0xda, Buffer.alloc(6)), EOI]), 'it has no frame header'],
    ['a frame header that is cut', header.subarray(0, 10), 'it ends within its header'],
    ['a segment that is cut', header.subarray(0, -1), 'it ends within its header'],
    ['no width', builtJpeg({ width: 0 }), 'its size is 0x8'],
    ['no height', builtJpeg({ height: 0 }), 'its size is 16x0'],
    ['too wide', builtJpeg({ width: 65_501 }), 'its size is 65501x8'],
    ['too high', builtJpeg({ height: 65_535 }), 'its size is 16x65535'],
    ['no end', builtJpeg().subarray(0, -2), 'its end is missing'],
    ['half an end', builtJpeg().subarray(0, -1), 'its end is missing'],
  ])('%s', (_name, bytes, problem) => {
    const error = errorOf(() => readJpegInfo(bytes));
    expect(error.code).toBe('BAD_JPEG');
    expect(error.message).toBe(
      `A picture of the source is no usable JPEG: ${problem}. Check the source if this goes on.`,
    );
  });

  it('is a JPEG that is cut anywhere', () => {
    const jpeg = builtJpeg({ segments: [THUMBNAIL], scans: [Buffer.of(1), Buffer.of(2)] });
    for (let at = 0; at < jpeg.length; at++) {
      expect(errorOf(() => readJpegInfo(jpeg.subarray(0, at))).code).toBe('BAD_JPEG');
    }
  });
});
