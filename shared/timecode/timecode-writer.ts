import {
  COLUMNS,
  edgePx,
  MIN_HEIGHT,
  MIN_WIDTH,
  payloadOf,
  ROWS,
  ROWS_OF_PICTURE,
  SYNC,
  SYNC_COLUMNS,
} from './timecode-layout.js';

type Pixels = Uint8Array | Uint8ClampedArray;

const CHANNELS = 3;
const PAYLOAD_COLUMNS = COLUMNS - SYNC_COLUMNS;

/**
 * Draws `timeUs`, whole microseconds since the epoch, into the upper rows of an RGB24 picture. docs/timecode.md is the
 * specification.
 *
 * @throws {RangeError} for a picture that is too small or not as long as its size says, and for a time that is not a
 * whole number from 0 to 2^53 - 1
 */
export function writeTimecode(data: Pixels, width: number, height: number, timeUs: number): void {
  if (width < MIN_WIDTH || height < MIN_HEIGHT) {
    throw new RangeError(`A timecode needs a picture of at least ${MIN_WIDTH}x${MIN_HEIGHT}, not ${width}x${height}.`);
  }
  if (data.length !== width * height * CHANNELS) throw new RangeError('The picture is not RGB24 of that size.');
  if (!Number.isSafeInteger(timeUs) || timeUs < 0) throw new RangeError(`${timeUs} is no time in whole microseconds.`);
  const payload = payloadOf(timeUs);
  for (let row = 0; row < ROWS; row += 1) {
    const cells = [...(SYNC[row] ?? []), ...payload.slice(row * PAYLOAD_COLUMNS, (row + 1) * PAYLOAD_COLUMNS)];
    writeRow(data, width, cells, edgePx(row, ROWS_OF_PICTURE, height), edgePx(row + 1, ROWS_OF_PICTURE, height));
  }
}

/** Draws the first line of a row of cells and copies it to the others. */
function writeRow(data: Pixels, width: number, cells: readonly number[], top: number, bottom: number): void {
  const lineBytes = width * CHANNELS;
  const start = top * lineBytes;
  cells.forEach((cell, column) => {
    const left = edgePx(column, COLUMNS, width);
    const right = edgePx(column + 1, COLUMNS, width);
    data.fill(cell ? 255 : 0, start + left * CHANNELS, start + right * CHANNELS);
  });
  for (let y = top + 1; y < bottom; y += 1) data.copyWithin(y * lineBytes, start, start + lineBytes);
}
