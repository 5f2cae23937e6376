import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { withHuffmanTables } from '../../../../shared/jpeg/huffman-tables.js';
import { readJpegInfo } from '../../../../shared/jpeg/jpeg-info.js';
import { builtJpeg, withoutHuffmanTables } from '../../../helpers/built-jpeg.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('withHuffmanTables', () => {
  let colored: Buffer;
  let gray: Buffer;

  beforeAll(async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
    const picture = sharp({ create: { width: 160, height: 90, channels: 3, background: 'red', noise } });
    // High quality and noise, so that nearly every code of the tables is used.
    const options = { quality: 98, optimiseCoding: false };
    colored = await picture.clone().jpeg(options).toBuffer();
    gray = await picture.clone().grayscale().jpeg(options).toBuffer();
  });

  it('makes a picture that lost its tables decode to the same pixels', async () => {
    for (const jpeg of [colored, gray]) {
      const bare = withoutHuffmanTables(jpeg);
      expect(readJpegInfo(bare).hasHuffmanTables).toBe(false);
      const completed = withHuffmanTables(bare);
      expect(readJpegInfo(completed).hasHuffmanTables).toBe(true);
      expect(await pixelsOf(completed)).toEqual(await pixelsOf(jpeg));
    }
  });

  it('adds the tables of the standard, as an encoder writes them, and changes nothing else', () => {
    const bare = withoutHuffmanTables(colored);
    const completed = withHuffmanTables(bare);
    expect(completed).toHaveLength(bare.length + 420);
    expect(withoutHuffmanTables(completed)).toEqual(bare);
    expect(tablesOf(completed)).toEqual(tablesOf(colored));
  });

  it('gives back the same buffer when nothing is missing', () => {
    expect(withHuffmanTables(colored)).toBe(colored);
    const progressive = builtJpeg({ frameCode: 0xc2, huffmanTables: false });
    expect(withHuffmanTables(progressive)).toBe(progressive);
  });

  it('keeps what follows the end of the picture', () => {
    const padded = Buffer.concat([builtJpeg({ huffmanTables: false }), Buffer.from('junk')]);
    expect(withHuffmanTables(padded).subarray(-4).toString()).toBe('junk');
  });

  it('throws BAD_JPEG for anything else', () => {
    expect(errorOf(() => withHuffmanTables(Buffer.from('GIF89a'))).code).toBe('BAD_JPEG');
  });

  function pixelsOf(jpeg: Buffer): Promise<Buffer> {
    return sharp(jpeg, { failOn: 'warning' }).raw().toBuffer();
  }

  /** What is in all DHT segments, one after the other. */
  function tablesOf(jpeg: Buffer): string {
    let tables = '';
    for (let at = 2; jpeg.readUInt8(at + 1) !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
      const end = at + 2 + jpeg.readUInt16BE(at + 2);
      if (jpeg.readUInt8(at + 1) === 0xc4) tables += jpeg.toString('hex', at + 4, end);
    }
    return tables;
  }
});
