import { forEachDot, GLYPH_ADVANCE, GLYPH_HEIGHT, GLYPH_WIDTH, toFontCharacters } from './bitmap-font.js';

/** Red, green and blue, 0 to 255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** An RGB24 picture that is drawn into; what lies outside it is left out. */
export interface Drawable {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels; it may reach beyond the picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What text looks like: `scale` pixels a dot of the font. */
export interface TextStyle {
  readonly color: Rgb;
  readonly scale: number;
}

const CHANNELS = 3;

/** Pixels that a line of text takes: seven dots high, six a character. */
export function textSize(text: string, scale: number): { readonly width: number; readonly height: number } {
  const { length } = [...toFontCharacters(text)];
  const columns = length === 0 ? 0 : (length - 1) * GLYPH_ADVANCE + GLYPH_WIDTH;
  return { width: columns * scale, height: GLYPH_HEIGHT * scale };
}

/** Writes one line of text whose upper left dot is at (x, y). */
export function drawText(picture: Drawable, text: string, x: number, y: number, { color, scale }: TextStyle): void {
  forEachDot(toFontCharacters(text), (column, row) => {
    fillRectangle(picture, { x: x + column * scale, y: y + row * scale, width: scale, height: scale }, color);
  });
}

/** Draws the edge of a rectangle, `thicknessPx` wide, inside of it. */
export function drawRectangle(picture: Drawable, rectangle: Rectangle, color: Rgb, thicknessPx: number): void {
  const { x, y, width, height } = rectangle;
  const across = Math.min(thicknessPx, height);
  const down = Math.min(thicknessPx, width);
  fillRectangle(picture, { x, y, width, height: across }, color);
  fillRectangle(picture, { x, y: y + height - across, width, height: across }, color);
  fillRectangle(picture, { x, y, width: down, height }, color);
  fillRectangle(picture, { x: x + width - down, y, width: down, height }, color);
}

export function fillRectangle(picture: Drawable, rectangle: Rectangle, [red, green, blue]: Rgb): void {
  forEachLine(picture, rectangle, (from, to) => {
    for (let offset = from; offset < to; offset += CHANNELS) {
      picture.data[offset] = red;
      picture.data[offset + 1] = green;
      picture.data[offset + 2] = blue;
    }
  });
}

/** Takes a rectangle to a quarter of its brightness, so that white stands out from whatever is below. */
export function darken(picture: Drawable, rectangle: Rectangle): void {
  const { data } = picture;
  forEachLine(picture, rectangle, (from, to) => {
    for (let offset = from; offset < to; offset += 1) data[offset] = (data[offset] ?? 0) >> 2;
  });
}

/** Calls `line` with the bytes, from and up to, of each line of the part of a rectangle that is in the picture. */
function forEachLine(picture: Drawable, rectangle: Rectangle, line: (from: number, to: number) => void): void {
  const left = clamp(rectangle.x, picture.width);
  const right = clamp(rectangle.x + rectangle.width, picture.width);
  const bottom = clamp(rectangle.y + rectangle.height, picture.height);
  if (right <= left) return;
  for (let y = clamp(rectangle.y, picture.height); y < bottom; y += 1) {
    line((y * picture.width + left) * CHANNELS, (y * picture.width + right) * CHANNELS);
  }
}

/** A place of the picture; what is no number counts as its beginning. */
function clamp(place: number, size: number): number {
  return Math.min(size, Math.max(0, Math.round(place))) || 0;
}
