import { withHuffmanTables } from './huffman-tables.js';
import { readJpegInfo } from './jpeg-info.js';
import { startsWithSoi } from './jpeg-scanner.js';

/** A picture as it may go out, and its size in pixels. */
export interface CompleteJpeg {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}

const LINE_ENDS: ReadonlySet<number | undefined> = new Set([0x0d, 0x0a]);

/**
 * Makes what a source sent for a picture one that every decoder takes: without line ends before it and padding behind
 * it, and with Huffman tables. Otherwise byte for byte, and in the same memory unless tables were added. Throws
 * StreamerError BAD_JPEG.
 */
export function completeJpeg(bytes: Buffer): CompleteJpeg {
  const fromStart = startsWithSoi(bytes) ? bytes : withoutLineEnds(bytes);
  const { width, height, hasHuffmanTables, lengthBytes } = readJpegInfo(fromStart);
  const jpeg = fromStart.subarray(0, lengthBytes);
  return { jpeg: hasHuffmanTables ? jpeg : withHuffmanTables(jpeg), width, height };
}

/** Some cameras put one line end too many behind the headers of a part. */
function withoutLineEnds(bytes: Buffer): Buffer {
  let start = 0;
  while (LINE_ENDS.has(bytes[start])) start += 1;
  return bytes.subarray(start);
}
