import { byteStream, TsWriter, VIDEO_PID } from './ts-stream.js';

/** Parameter sets, of which only the kind matters. */
export const SPS = Buffer.from('6764001eacd940a0', 'hex');
export const PPS = Buffer.from('68ebe3cb22c0', 'hex');
const DELIMITER = Buffer.from('09f0', 'hex');
/** Stream types of MPEG-TS. */
export const H264 = 0x1b;
export const H265 = 0x24;

/** A unit of a slice that holds neither zeros nor the same bytes as another one. */
export function slice(type: number, length: number, seed = 1): Buffer {
  return Buffer.from([type, ...Array.from({ length }, (_, index) => 1 + ((index * 7 + seed) % 255))]);
}

/** A slice of a key picture. */
export const idr = (length = 500, seed = 1) => slice(0x65, length, seed);
/** Behind a delimiter and the parameter sets. */
export const keyPicture = (length = 500, seed = 1) => byteStream(DELIMITER, SPS, PPS, idr(length, seed));
/** A picture that needs the one before. */
export const delta = (length = 300, seed = 2) => byteStream(DELIMITER, slice(0x41, length, seed));

/** A writer behind the tables of a program with one stream. */
export function started(type = H264) {
  const writer = new TsWriter();
  return { writer, head: Buffer.concat([writer.pat(), writer.pmt([[type, VIDEO_PID]])]) };
}

/** An ordinary stream: a key picture, one with other order of time, two more. */
export function ordinary(): Buffer {
  const { writer, head } = started();
  return Buffer.concat([
    head,
    writer.picture({ data: keyPicture(), pts: 6000, dts: 0 }),
    writer.picture({ data: delta(), pts: 12_000, dts: 3000 }),
    writer.picture({ data: delta(40, 3), pts: 9000, dts: 6000 }),
    writer.picture({ data: delta(70_000, 4), pts: 15_000, dts: 9000, hasLength: false }),
  ]);
}
