import { crc32 } from './crc32.js';
import type { Timecode } from './timecode.js';

/** The picture is a grid of so many cells, which are squares at 16:9. */
const GRID_COLUMNS = 64;
const GRID_ROWS = 36;

/** Cells of the code in the grid: 5 % can be cropped from each side of the picture without touching them. */
export const FIRST_COLUMN = 4;
export const FIRST_ROW = 2;
export const COLUMNS = 56;
/** A timing row, two rows of data, and a timing row of the opposite phase. */
export const ROWS = 4;
export const DATA_ROWS = [1, 2] as const;
export const LAST_ROW = ROWS - 1;

/** Smallest picture that a code is written into: a cell has at least three pixels then. */
export const MIN_WIDTH = 3 * GRID_COLUMNS;
export const MIN_HEIGHT = 3 * GRID_ROWS;

/** Where a code lies in a picture; its edges as shares of the width and of the height. */
export interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The place of the code in a picture of which `crop` was cut off, as shares of the uncut picture. */
export function placeAfter(crop: Place): Place {
  const width = 1 - crop.left - crop.right;
  const height = 1 - crop.top - crop.bottom;
  return {
    left: (FIRST_COLUMN / GRID_COLUMNS - crop.left) / width,
    right: ((FIRST_COLUMN + COLUMNS) / GRID_COLUMNS - crop.left) / width,
    top: (FIRST_ROW / GRID_ROWS - crop.top) / height,
    bottom: ((FIRST_ROW + ROWS) / GRID_ROWS - crop.top) / height,
  };
}

/** The left edge of the code's column `column`, in pixels of a picture that is `width` pixels wide. */
export function columnEdgePx(column: number, width: number): number {
  return Math.round(((FIRST_COLUMN + column) * width) / GRID_COLUMNS);
}

/** The upper edge of the code's row `row`, in pixels of a picture that is `height` pixels high. */
export function rowEdgePx(row: number, height: number): number {
  return Math.round(((FIRST_ROW + row) * height) / GRID_ROWS);
}

/** Timing cells alternate: white first in the upper row, black first in the lower one. */
export function isTimingWhite(column: number, row: number): boolean {
  return (column % 2 === 0) === (row === 0);
}

/** Bytes of the payload: version and kind, time, counter, and the CRC-32 of these. Both data rows are full of them. */
const TIME_BYTES = 7;
const COUNTER_BYTES = 2;
const CRC_BYTES = 4;
const CHECKED_BYTES = 1 + TIME_BYTES + COUNTER_BYTES;
const PAYLOAD_BYTES = CHECKED_BYTES + CRC_BYTES;

/** The first byte of the payload: version 2 in the upper half, the kind in the lower one. */
const FIRST_BYTE = { capture: 0x21, media: 0x22 } as const;

/**
 * The cells of the data rows for `timecode`, white as 1, most significant bit first.
 *
 * @throws {RangeError} for a time that is not a whole number from 0 to 2^53 - 1, or a counter not one below 2^16
 */
export function payloadOf({ kind, timeUs, counter }: Timecode): number[] {
  if (!Number.isSafeInteger(timeUs) || timeUs < 0) throw new RangeError(`${timeUs} is no time in whole microseconds.`);
  if (!Number.isInteger(counter) || counter < 0 || counter > 0xffff) {
    throw new RangeError(`${counter} is no counter of 16 bits.`);
  }
  const checked = [FIRST_BYTE[kind], ...bytesOf(timeUs, TIME_BYTES), ...bytesOf(counter, COUNTER_BYTES)];
  return [...checked, ...bytesOf(crc32(checked), CRC_BYTES)].flatMap(bitsOf);
}

/** What a payload of 112 cells says, or null when its checksum is wrong or no writer of ours could have written it. */
export function timecodeOf(payload: ArrayLike<number>): Timecode | null {
  const bytes = Array.from({ length: PAYLOAD_BYTES }, (_, index) => byteAt(payload, index * 8));
  const kind = kindOf(bytes[0] ?? 0);
  if (kind === null) return null;
  const checked = bytes.slice(0, CHECKED_BYTES);
  if (crc32(checked) !== numberOf(bytes.slice(CHECKED_BYTES))) return null;
  const timeUs = numberOf(checked.slice(1, 1 + TIME_BYTES));
  return Number.isSafeInteger(timeUs) ? { kind, timeUs, counter: numberOf(checked.slice(1 + TIME_BYTES)) } : null;
}

function kindOf(firstByte: number): Timecode['kind'] | null {
  if (firstByte === FIRST_BYTE.capture) return 'capture';
  return firstByte === FIRST_BYTE.media ? 'media' : null;
}

/** Big-endian. Divided rather than shifted: times have more than 32 bits. */
function bytesOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(value / 2 ** (8 * (count - 1 - index))) % 256);
}

function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function bitsOf(byte: number): number[] {
  return Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1);
}

function byteAt(bits: ArrayLike<number>, first: number): number {
  let byte = 0;
  for (let bit = first; bit < first + 8; bit += 1) byte = byte * 2 + (bits[bit] ?? 0);
  return byte;
}
