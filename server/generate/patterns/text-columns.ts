import { drawRectangle, drawText, fillRectangle, type Rgb, textSize } from '../../drawing/picture-drawing.js';
import type { Picture } from '../picture.js';
import type { RandomBits } from '../../../shared/random-bits.js';

const PAPER: Rgb = [246, 244, 238];
const INK: Rgb = [28, 28, 32];
const HEADING: Rgb = [150, 40, 30];
const TERMINAL: Rgb = [16, 20, 24];
const LOG_COLORS: readonly Rgb[] = [
  [120, 220, 140],
  [210, 214, 220],
  [240, 190, 90],
  [110, 170, 240],
];
const ASPHALT: Rgb = [86, 88, 92];
/** Back and text of plates. */
const PLATES: readonly (readonly [back: Rgb, text: Rgb])[] = [
  [
    [250, 250, 250],
    [15, 15, 20],
  ],
  [
    [250, 205, 60],
    [20, 20, 20],
  ],
  [
    [24, 60, 150],
    [245, 245, 245],
  ],
  [
    [245, 245, 245],
    [20, 110, 60],
  ],
];
const WORDS = (
  'THE FRAME OF EVERY CAMERA HAS A TIME AND A PLACE ; NO READER SHOULD GUESS WHICH . LATENCY IS MEASURED FROM LIGHT TO ' +
  'SCREEN , IN MICROSECONDS , WITH AN ERROR THAT IS KNOWN . SECTION 4.2 : PACKETS OF 1400 BYTES , 25 % LOST AT PORT 8554'
).split(' ');
const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ';
/** Dots from line to line of the font's seven, of which 96 is a multiple. */
const LINE_DOTS = 12;

/** Lines of a document, in black on white, with a heading twice as large now and then. */
export function drawPage(strip: Picture, scale: number, random: RandomBits): void {
  fillRectangle(strip, { x: 0, y: 0, width: strip.width, height: strip.height }, PAPER);
  const margin = 10 * scale;
  let y = 2 * scale;
  for (let line = 0; y < strip.height; line += 1) {
    const isHeading = line % 9 === 0 && y + 2 * LINE_DOTS * scale <= strip.height;
    const size = isHeading ? 2 * scale : scale;
    const text = isHeading
      ? `${random.between(1, 12)}.${random.between(1, 9)} ${sentence(random, 2)}`
      : sentence(random, 40);
    const shown = fitting(text, strip.width - 2 * margin, size);
    drawText(strip, shown, margin, y, { color: isHeading ? HEADING : INK, scale: size });
    y += LINE_DOTS * size;
  }
}

/** Lines of a log, bright on dark. */
export function drawLog(strip: Picture, scale: number, random: RandomBits): void {
  fillRectangle(strip, { x: 0, y: 0, width: strip.width, height: strip.height }, TERMINAL);
  for (let y = 2 * scale; y < strip.height; y += LINE_DOTS * scale) {
    const address = [10, random.below(256), random.below(256), random.below(256)].join('.');
    const text = `${random.between(10, 23)}:${random.between(10, 59)} ${address} ${sentence(random, 9)}`;
    const shown = fitting(text, strip.width - 12 * scale, scale);
    drawText(strip, shown, 8 * scale, y, { color: random.pick(LOG_COLORS), scale });
  }
}

/** Licence plates of several sizes, one under the other. */
export function drawPlates(strip: Picture, scale: number, random: RandomBits): void {
  fillRectangle(strip, { x: 0, y: 0, width: strip.width, height: strip.height }, ASPHALT);
  for (let count = 0; count < strip.width * 2; count += 1) {
    const grey = random.between(70, 104);
    const x = random.below(strip.width);
    fillRectangle(strip, { x, y: random.below(strip.height), width: scale, height: scale }, [grey, grey, grey]);
  }
  const rowHeight = 48 * scale;
  for (let y = 0, row = 0; y + rowHeight <= strip.height; y += rowHeight, row += 1) {
    const size = scale * ([3, 2, 4][row % 3] ?? 2);
    const [back, color] = random.pick(PLATES);
    const text = plateText(random);
    const inner = textSize(text, size);
    const plate = { width: inner.width + 6 * size, height: inner.height + 4 * size };
    const x = random.below(Math.max(1, strip.width - plate.width));
    const top = y + Math.floor((rowHeight - plate.height) / 2);
    fillRectangle(strip, { x, y: top, ...plate }, back);
    drawRectangle(strip, { x, y: top, ...plate }, color, Math.max(1, size >> 1));
    drawText(strip, text, x + 3 * size, top + 2 * size, { color, scale: size });
  }
}

function plateText(random: RandomBits): string {
  const letters = (count: number): string =>
    Array.from({ length: count }, () => LETTERS[random.below(LETTERS.length)]).join('');
  return `${letters(2)} ${random.between(100, 999)} ${letters(2)}`;
}

function sentence(random: RandomBits, words: number): string {
  const start = random.below(WORDS.length);
  return Array.from({ length: words }, (_, index) => WORDS[(start + index) % WORDS.length]).join(' ');
}

/** As many characters as there is room for. */
function fitting(text: string, widthPx: number, scale: number): string {
  return text.slice(0, Math.max(0, Math.floor(widthPx / (6 * scale))));
}
