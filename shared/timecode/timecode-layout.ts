import { crc16 } from './crc16.js';

/** Cells in a row of the code, and rows. */
export const COLUMNS = 48;
export const ROWS = 2;
/** The code's rows are the upper two of so many in the picture, so that its cells are squares at 16:9. */
export const ROWS_OF_PICTURE = 27;

/** Smallest picture that holds a code: five pixels a cell, so that the middle of each is seen through a codec. */
export const MIN_WIDTH = 5 * COLUMNS;
export const MIN_HEIGHT = 5 * ROWS_OF_PICTURE;

/** What each row begins with, white as 1: both levels often, and no shift of the pattern looks like it. */
export const SYNC = [
  [1, 0, 1, 1, 0, 0, 1, 0],
  [0, 1, 0, 0, 1, 1, 0, 1],
] as const;
/** Cells of a row before its payload. */
export const SYNC_COLUMNS = SYNC[0].length;

/** Bits of the payload: the time, then its checksum. */
export const TIME_BITS = 64;
const CRC_BITS = 16;
/** The payload fills both rows to their ends. */
export const PAYLOAD_BITS = TIME_BITS + CRC_BITS;

const TWO_32 = 2 ** 32;

/** The payload of a time in microseconds since the epoch: 64 bits and their CRC-16, most significant bit first. */
export function payloadOf(timeUs: number): number[] {
  const bytes = [...bytesOf(Math.floor(timeUs / TWO_32)), ...bytesOf(timeUs % TWO_32)];
  const crc = crc16(bytes);
  return [...bytes, crc >> 8, crc & 0xff].flatMap(bitsOf);
}

/** The time that a payload holds, or null when its checksum is wrong or no clock of ours could have written it. */
export function timeOf(payload: readonly number[]): number | null {
  const bytes = Array.from({ length: PAYLOAD_BITS / 8 }, (_, index) => byteOf(payload.slice(index * 8, index * 8 + 8)));
  const crc = (bytes[8] ?? 0) * 256 + (bytes[9] ?? 0);
  if (crc16(bytes.slice(0, 8)) !== crc) return null;
  const timeUs = bytes.slice(0, 8).reduce((time, byte) => time * 256 + byte, 0);
  return Number.isSafeInteger(timeUs) ? timeUs : null;
}

/** The left or upper edge, in pixels, of cell `index` where `count` cells share `sizePx` pixels. */
export function edgePx(index: number, count: number, sizePx: number): number {
  return Math.round((index * sizePx) / count);
}

function bytesOf(word: number): number[] {
  return [(word >>> 24) & 0xff, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
}

function bitsOf(byte: number): number[] {
  return Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1);
}

function byteOf(bits: readonly number[]): number {
  return bits.reduce((byte, bit) => byte * 2 + bit, 0);
}
