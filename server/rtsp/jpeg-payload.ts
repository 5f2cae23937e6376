import { readRtpJpeg } from './rtp-jpeg.js';
import type { RtpJpeg } from './rtp-jpeg.js';

/** Type-specific, offset (24 bits), type, Q, width and height in units of 8 pixels (RFC 2435, section 3.1). */
const MAIN_HEADER_BYTES = 8;
/** Section 3.1.7; the type tells that it is there. */
const RESTART_HEADER_BYTES = 4;
const RESTART_TYPES = 64;
/** Packets are no pieces that could be decoded alone: first and last flag, and all ones instead of a count. */
const WHOLE_PICTURE = 0xffff;
/** Quantization tables stand in each picture and may change with it (section 4.2). */
const TABLES_IN_BAND = 255;
/** Zero, precision, length (section 3.1.8), and the tables. */
const TABLE_HEADER_BYTES = 4;
const TABLES_BYTES = 128;

/** Why RTP cannot carry this JPEG (RFC 2435 knows one kind), as `it is …`; null when it can. */
export function whyNotRtpJpeg(jpeg: Buffer): string | null {
  const read = readRtpJpeg(jpeg);
  return typeof read === 'string' ? read : null;
}

/** The payloads of a JPEG as RFC 2435 gives them; null when it cannot be carried. */
export function jpegPayloads(jpeg: Buffer, maxPayloadBytes: number): Buffer[] | null {
  const read = readRtpJpeg(jpeg);
  return typeof read === 'string' ? null : cut(read, maxPayloadBytes);
}

function cut(jpeg: RtpJpeg, maxPayloadBytes: number): Buffer[] {
  const { scan, restartInterval, quantization } = jpeg;
  const headerBytes = MAIN_HEADER_BYTES + (restartInterval === 0 ? 0 : RESTART_HEADER_BYTES);
  const tablesBytes = TABLE_HEADER_BYTES + TABLES_BYTES;
  const count = Math.ceil((scan.length + tablesBytes) / (maxPayloadBytes - headerBytes));
  // One piece of memory for all of them.
  const memory = Buffer.allocUnsafeSlow(scan.length + tablesBytes + count * headerBytes);
  const payloads: Buffer[] = [];
  let at = 0;
  for (let offset = 0; offset < scan.length;) {
    const start = at;
    at = writeHeaders(memory, at, jpeg, offset);
    if (offset === 0) at = writeTables(memory, at, quantization);
    const copiedBytes = scan.copy(memory, at, offset, offset + maxPayloadBytes - (at - start));
    at += copiedBytes;
    offset += copiedBytes;
    payloads.push(memory.subarray(start, at));
  }
  return payloads;
}

function writeHeaders(target: Buffer, at: number, jpeg: RtpJpeg, offset: number): number {
  const { type, width, height, restartInterval } = jpeg;
  target.writeUInt32BE(offset, at);
  target.writeUInt8(restartInterval === 0 ? type : RESTART_TYPES + type, at + 4);
  target.writeUInt8(TABLES_IN_BAND, at + 5);
  target.writeUInt8(width / 8, at + 6);
  target.writeUInt8(height / 8, at + 7);
  if (restartInterval === 0) return at + MAIN_HEADER_BYTES;
  target.writeUInt16BE(restartInterval, at + MAIN_HEADER_BYTES);
  return target.writeUInt16BE(WHOLE_PICTURE, at + MAIN_HEADER_BYTES + 2);
}

function writeTables(target: Buffer, at: number, [luminance, chrominance]: RtpJpeg['quantization']): number {
  target.writeUInt32BE(TABLES_BYTES, at);
  luminance.copy(target, at + TABLE_HEADER_BYTES);
  chrominance.copy(target, at + TABLE_HEADER_BYTES + luminance.length);
  return at + TABLE_HEADER_BYTES + TABLES_BYTES;
}
