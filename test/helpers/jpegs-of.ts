import { readFile } from 'node:fs/promises';
import { JpegSplitter } from '../../shared/jpeg/jpeg-splitter.js';

/** The pictures of a file that is nothing but JPEGs. */
export async function jpegsOf(path: string): Promise<Buffer[]> {
  const jpegs: Buffer[] = [];
  const onJpeg = (jpeg: Buffer) => void jpegs.push(jpeg);
  const splitter = new JpegSplitter({ maxBytes: 1_000_000, onStart: () => undefined, onJpeg });
  splitter.push(await readFile(path));
  splitter.end();
  return jpegs;
}

const START_OF_SCAN = Buffer.of(0xff, 0xda);

/** The coded data of a JPEG with one scan, which RTP (RFC 2435) carries unchanged; headers and tables it makes anew. */
export function codedData(jpeg: Buffer): Buffer {
  const start = jpeg.indexOf(START_OF_SCAN) + START_OF_SCAN.length;
  return jpeg.subarray(start + jpeg.readUInt16BE(start));
}
