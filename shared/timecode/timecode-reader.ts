import {
  COLUMNS,
  MIN_HEIGHT,
  MIN_WIDTH,
  ROWS,
  ROWS_OF_PICTURE,
  SYNC,
  SYNC_COLUMNS,
  timeOf,
} from './timecode-layout.js';

/** Black and white of the code must lie this far apart, of 255; what is flatter is no code. */
const MIN_CONTRAST = 48;

/** A picture as the reader sees it: `channels` bytes a pixel, of which the one at `offset` counts. */
interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly offset: number;
}

/**
 * The time in microseconds since the epoch that a picture shows, or null where there is none or it cannot be read.
 * The picture may have been scaled: cells are found by dividing its sides, whatever they are.
 *
 * @param data grey, RGB24 or RGBA, as its length says; of colours only green is looked at
 */
export function readTimecode(data: Uint8Array | Uint8ClampedArray, width: number, height: number): number | null {
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) return null;
  if (width < MIN_WIDTH || height < MIN_HEIGHT) return null;
  const picture = { data, width, height, channels, offset: channels === 1 ? 0 : 1 };
  const levels = Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: COLUMNS }, (_, column) => levelOf(picture, column, row)),
  );
  const threshold = thresholdOf(levels);
  if (threshold === null) return null;
  const bits = levels.map((row) => row.map((level) => (level > threshold ? 1 : 0)));
  const isInSync = SYNC.every((pattern, row) => pattern.every((bit, column) => bits[row]?.[column] === bit));
  return isInSync ? timeOf(bits.flatMap((row) => row.slice(SYNC_COLUMNS))) : null;
}

/** The mean over the middle of a cell, half as wide and high as the cell, where its neighbours do not bleed into. */
function levelOf({ data, width, height, channels, offset }: Picture, column: number, row: number): number {
  const [left, right] = middleOf(column, COLUMNS, width);
  const [top, bottom] = middleOf(row, ROWS_OF_PICTURE, height);
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) sum += data[(y * width + x) * channels + offset] ?? 0;
  }
  return sum / ((right - left) * (bottom - top));
}

function middleOf(index: number, count: number, sizePx: number): [number, number] {
  const from = Math.round(((index + 0.25) * sizePx) / count);
  return [from, Math.max(from + 1, Math.round(((index + 0.75) * sizePx) / count))];
}

/** Half way between the black and the white that the sync cells show; null when they do not differ enough. */
function thresholdOf(levels: readonly (readonly number[])[]): number | null {
  const shown = SYNC.flatMap((pattern, row) =>
    pattern.map((bit, column) => ({ bit, level: levels[row]?.[column] ?? 0 })),
  );
  const black = meanOf(shown.filter(({ bit }) => bit === 0));
  const white = meanOf(shown.filter(({ bit }) => bit === 1));
  return white - black < MIN_CONTRAST ? null : (black + white) / 2;
}

function meanOf(cells: readonly { readonly level: number }[]): number {
  return cells.reduce((sum, { level }) => sum + level, 0) / cells.length;
}
