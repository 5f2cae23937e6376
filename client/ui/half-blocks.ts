import type { Size } from './columns.js';
import type { ColorDepth } from './paint.js';

/** Pixels of three bytes (red, green, blue), `width` x `height`, rows from the top. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** From dark to bright, where there are no colours to show a picture with. */
const BRIGHTNESS = ' .:-=+*#%@';

/** Levels of the 6x6x6 colour cube of the 256-colour palette, and where its 24 greys begin. */
const CUBE_LEVELS = [0, 95, 135, 175, 215, 255];
const CUBE_START = 16;
const GREY_START = 232;

/** How many pixels fit into `size` cells: the upper and the lower half of a cell are one pixel each, and square. */
export function pixelsIn(size: Size): { width: number; height: number } {
  return { width: size.columns, height: size.rows * 2 };
}

/**
 * A picture as lines of cells, each with its colours set by escape sequences and reset at the line's end: the upper
 * half block in the upper pixel's colour on the lower one's. Without 256 colours one character of fitting brightness
 * stands for both pixels.
 */
export function halfBlockLines(picture: Pixels, depth: ColorDepth): string[] {
  const rows = Math.ceil(picture.height / 2);
  return Array.from({ length: rows }, (_, row) => {
    if (depth === 'true' || depth === '256') return coloredLine(picture, row * 2, depth === 'true' ? rgb : palette);
    return brightnessLine(picture, row * 2);
  });
}

type ColorCode = (red: number, green: number, blue: number) => string;

function coloredLine(picture: Pixels, top: number, code: ColorCode): string {
  let line = '';
  let upperBefore = '';
  let lowerBefore = '';
  for (let x = 0; x < picture.width; x++) {
    const upper = codeAt(picture, x, top, code);
    const lower = top + 1 < picture.height ? codeAt(picture, x, top + 1, code) : '';
    if (upper !== upperBefore) line += `\x1b[38;${upper}m`;
    if (lower !== lowerBefore) line += `\x1b[48;${lower}m`;
    line += '▀';
    upperBefore = upper;
    lowerBefore = lower;
  }
  return `${line}\x1b[m`;
}

function brightnessLine(picture: Pixels, top: number): string {
  return Array.from({ length: picture.width }, (_, x) => {
    const brightness = (brightnessAt(picture, x, top) + brightnessAt(picture, x, top + 1)) / 2;
    return BRIGHTNESS[Math.min(BRIGHTNESS.length - 1, Math.floor((brightness / 256) * BRIGHTNESS.length))];
  }).join('');
}

function codeAt(picture: Pixels, x: number, y: number, code: ColorCode): string {
  const at = (y * picture.width + x) * 3;
  return code(picture.data[at] ?? 0, picture.data[at + 1] ?? 0, picture.data[at + 2] ?? 0);
}

function rgb(red: number, green: number, blue: number): string {
  return `2;${red};${green};${blue}`;
}

/** The nearest of the palette's cube and greys; both are regular, so no search is needed. */
function palette(red: number, green: number, blue: number): string {
  const levels = [red, green, blue].map(cubeLevel);
  const [r = 0, g = 0, b = 0] = levels;
  const grey = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const cubeError = distance(red, green, blue, levelOf(r), levelOf(g), levelOf(b));
  const greyLevel = 8 + 10 * grey;
  if (distance(red, green, blue, greyLevel, greyLevel, greyLevel) < cubeError) return `5;${GREY_START + grey}`;
  return `5;${CUBE_START + 36 * r + 6 * g + b}`;
}

function cubeLevel(value: number): number {
  return value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40);
}

function levelOf(index: number): number {
  return CUBE_LEVELS[index] ?? 255;
}

function distance(r1: number, g1: number, b1: number, r2: number, g2: number, b2: number): number {
  return (r1 - r2) ** 2 + (g1 - g2) ** 2 + (b1 - b2) ** 2;
}

/** Luma after ITU-R BT.601; the row below the last one counts as it. */
function brightnessAt(picture: Pixels, x: number, y: number): number {
  const at = (Math.min(y, picture.height - 1) * picture.width + x) * 3;
  const { data } = picture;
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}
