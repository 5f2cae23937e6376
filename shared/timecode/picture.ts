import { COLUMNS, ROWS } from './timecode-layout.js';
import type { Place } from './timecode-layout.js';

/** Points that are looked at in each direction of a cell, at most: enough for a mean, whatever the picture's size. */
const CELL_POINTS = 4;

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
  return meanAround(picture, x, y, cellWidth * share, cellHeight * share, CELL_POINTS);
}

/** The mean of points spread evenly over a box around `x`, `y`: one a pixel, but at most `maxPoints` in each direction. */
export function meanAround(
  { data, width, height, channels, offset }: Picture,
  x: number,
  y: number,
  boxWidth: number,
  boxHeight: number,
  maxPoints: number,
): number {
  const columns = Math.min(maxPoints, Math.ceil(boxWidth));
  const rows = Math.min(maxPoints, Math.ceil(boxHeight));
  const stepX = boxWidth / columns;
  const stepY = boxHeight / rows;
  const firstX = x - boxWidth / 2 + stepX / 2;
  const firstY = y - boxHeight / 2 + stepY / 2;
  let sum = 0;
  for (let row = 0; row < rows; row += 1) {
    const lineStart = clamp(firstY + row * stepY, height) * width;
    for (let column = 0; column < columns; column += 1) {
      const pixel = lineStart + clamp(firstX + column * stepX, width);
      sum += data[pixel * channels + offset] ?? 0;
    }
  }
  return sum / (columns * rows);
}

/** The pixel at a place, or the nearest one of the picture. */
function clamp(place: number, count: number): number {
  if (place < 0) return 0;
  return place < count ? Math.floor(place) : count - 1;
}
