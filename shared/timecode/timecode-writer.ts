import type { Timecode } from './timecode.js';
import {
  columnEdgePx,
  COLUMNS,
  DATA_ROWS,
  isTimingWhite,
  LAST_ROW,
  MIN_HEIGHT,
  MIN_WIDTH,
  payloadOf,
  rowEdgePx,
} from './timecode-layout.js';

type Pixels = Uint8Array | Uint8ClampedArray;

const CHANNELS = 3;

/**
 * Draws `timecode` into the upper part of an RGB24 picture. docs/timecode.md is the specification.
 *
 * @throws {RangeError} for a picture that is too small or not as long as its size says, for a time that is not a whole
 * number from 0 to 2^53 - 1, and for a counter that is not one from 0 to 65535
 */
export function writeTimecode(data: Pixels, width: number, height: number, timecode: Timecode): void {
  if (width < MIN_WIDTH || height < MIN_HEIGHT) {
    throw new RangeError(`A timecode needs a picture of at least ${MIN_WIDTH}x${MIN_HEIGHT}, not ${width}x${height}.`);
  }
  if (data.length !== width * height * CHANNELS) throw new RangeError('The picture is not RGB24 of that size.');
  const payload = payloadOf(timecode);
  writeRow(data, width, height, 0, timingRow(0));
  DATA_ROWS.forEach((row, index) => {
    writeRow(data, width, height, row, payload.slice(index * COLUMNS, (index + 1) * COLUMNS));
  });
  writeRow(data, width, height, LAST_ROW, timingRow(LAST_ROW));
}

function timingRow(row: number): number[] {
  return Array.from({ length: COLUMNS }, (_, column) => (isTimingWhite(column, row) ? 1 : 0));
}

/** Draws the first line of a row of cells and copies it to the others. */
function writeRow(data: Pixels, width: number, height: number, row: number, cells: readonly number[]): void {
  const top = rowEdgePx(row, height);
  const offsetOf = (y: number, column: number) => (y * width + columnEdgePx(column, width)) * CHANNELS;
  cells.forEach((cell, column) => {
    data.fill(cell ? 255 : 0, offsetOf(top, column), offsetOf(top, column + 1));
  });
  for (let y = top + 1; y < rowEdgePx(row + 1, height); y += 1) {
    data.copyWithin(offsetOf(y, 0), offsetOf(top, 0), offsetOf(top, COLUMNS));
  }
}
