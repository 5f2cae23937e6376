import { COLUMNS, ROWS } from './timecode-layout.js';
import type { Place } from './timecode-layout.js';

/** Most points that are looked at in each direction of a cell: enough for a mean, few enough for pictures of any size. */
const MAX_POINTS = 5;

/** A picture as the reader sees it: `channels` bytes a pixel, of which the one at `offset` counts. */
export interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly offset: number;
}

/** The picture in `data`, grey, RGB24 or RGBA as its length says; of colours green counts. Null for any other length. */
export function pictureOf(data: Picture['data'], width: number, height: number): Picture | null {
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) return null;
  return { data, width, height, channels, offset: channels === 1 ? 0 : 1 };
}

/**
 * The mean brightness of the middle of a cell of the code at `place`; `share` of its width and height are looked at.
 * What lies outside of the picture counts as its edge.
 */
export function cellLevel(picture: Picture, place: Place, column: number, row: number, share: number): number {
  const cellWidth = ((place.right - place.left) * picture.width) / COLUMNS;
  const cellHeight = ((place.bottom - place.top) * picture.height) / ROWS;
  const x = place.left * picture.width + (column + 0.5) * cellWidth;
  const y = place.top * picture.height + (row + 0.5) * cellHeight;
  return meanAround(picture, x, y, cellWidth * share, cellHeight * share);
}

/** The mean of points spread evenly over a box around `x`, `y`, at least one a pixel up to a bound. */
export function meanAround(picture: Picture, x: number, y: number, boxWidth: number, boxHeight: number): number {
  const { data, width, height, channels, offset } = picture;
  const columns = Math.min(MAX_POINTS, Math.ceil(boxWidth));
  const rows = Math.min(MAX_POINTS, Math.ceil(boxHeight));
  const stepX = boxWidth / columns;
  const stepY = boxHeight / rows;
  let sum = 0;
  for (let row = 0; row < rows; row += 1) {
    const pixelY = clamp(Math.floor(y - boxHeight / 2 + (row + 0.5) * stepY), height);
    for (let column = 0; column < columns; column += 1) {
      const pixelX = clamp(Math.floor(x - boxWidth / 2 + (column + 0.5) * stepX), width);
      sum += data[(pixelY * width + pixelX) * channels + offset] ?? 0;
    }
  }
  return sum / (columns * rows);
}

function clamp(pixel: number, count: number): number {
  if (pixel < 0) return 0;
  return pixel < count ? pixel : count - 1;
}
