import { describe, expect, it } from 'vitest';

import { completeJpeg } from '../../../../shared/jpeg/complete-jpeg.js';
import { withHuffmanTables } from '../../../../shared/jpeg/huffman-tables.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { errorOf } from '../../../helpers/error-of.js';

const JPEG = builtJpeg({ width: 640, height: 480 });

describe('completeJpeg', () => {
  it('hands a complete picture on as it is, in the same memory', () => {
    const { jpeg, width, height } = completeJpeg(JPEG);
    expect({ width, height }).toEqual({ width: 640, height: 480 });
    expect(jpeg).toEqual(JPEG);
    expect(jpeg.buffer).toBe(JPEG.buffer);
    expect(jpeg.byteOffset).toBe(JPEG.byteOffset);
  });

  it.each([
    ['', '\r\n'],
    ['\r\n', ''],
    ['\n\r\n\n', '\0\0\0\0'],
    ['', '\r\n--frame\r\nContent-Type: image/jpeg'],
  ])('takes away %j before and %j behind the picture', (before, behind) => {
    expect(completeJpeg(Buffer.concat([Buffer.from(before), JPEG, Buffer.from(behind)])).jpeg).toEqual(JPEG);
  });

  it('adds the tables that are missing', () => {
    const bare = builtJpeg({ huffmanTables: false });
    expect(completeJpeg(Buffer.concat([bare, Buffer.alloc(100)])).jpeg).toEqual(withHuffmanTables(bare));
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['line ends', Buffer.from('\r\n\r\n')],
    ['something else before the picture', Buffer.concat([Buffer.from(' '), JPEG])],
    ['a picture that is cut', JPEG.subarray(0, -1)],
  ])('throws BAD_JPEG for %s', (_name, bytes) => {
    expect(errorOf(() => completeJpeg(bytes)).code).toBe('BAD_JPEG');
  });
});
