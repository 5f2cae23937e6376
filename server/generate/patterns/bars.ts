import { fillRectangle, type Rgb } from '../../drawing/picture-drawing.js';
import { phaseAt, TURN, turnsInLoop } from '../loop-motion.js';
import { newPicture, type Painter, type Picture } from '../picture.js';
import type { VideoContent } from '../video-request.js';

// The bars of SMPTE ECR 1-1978 at 75 %, as RGB.
const BARS: readonly Rgb[] = [
  [191, 191, 191],
  [191, 191, 0],
  [0, 191, 191],
  [0, 191, 0],
  [191, 0, 191],
  [191, 0, 0],
  [0, 0, 191],
];
const BLACK: Rgb = [19, 19, 19];
const WHITE: Rgb = [255, 255, 255];
/** Below the bars, so that blue alone shows an even row. */
const REVERSED: readonly Rgb[] = [6, 3, 4, 3, 2, 3, 0].map((index) => (index === 3 ? BLACK : (BARS[index] ?? BLACK)));
/** -I, white, +Q, and black with steps below and above it, which show whether dark tones survive. */
const LOWEST: readonly (readonly [color: Rgb, parts: number])[] = [
  [[0, 33, 76], 5],
  [WHITE, 5],
  [[50, 0, 106], 5],
  [BLACK, 5],
  [[9, 9, 9], 2],
  [BLACK, 2],
  [[29, 29, 29], 2],
  [BLACK, 2],
];
const SECONDS_PER_SWEEP = 5;

/** Colour bars, a grey ramp, and a bright line that sweeps across them. */
export function paintBars(content: VideoContent): Painter {
  const background = newPicture(content.width, content.height);
  drawBackground(background);
  const turns = turnsInLoop(content, SECONDS_PER_SWEEP);
  const lineWidth = 2 * Math.max(1, Math.round(content.width / 320));
  return (picture, frame) => {
    picture.data.set(background.data);
    const x = Math.floor((phaseAt(frame, turns, content) * picture.width) / TURN);
    // Also one picture to the left, for the part of the line that leaves on the right.
    for (const left of [x, x - picture.width]) drawLine(picture, left, lineWidth);
  };
}

function drawLine(picture: Picture, x: number, width: number): void {
  fillRectangle(picture, { x, y: 0, width, height: picture.height }, BLACK);
  fillRectangle(picture, { x: x + width / 4, y: 0, width: width / 2, height: picture.height }, WHITE);
}

function drawBackground(picture: Picture): void {
  const rows = [0, 7, 8, 9, 12].map((twelfths) => Math.round((picture.height * twelfths) / 12));
  const [top = 0, reversed = 0, ramp = 0, lowest = 0, bottom = 0] = rows;
  drawRow(
    picture,
    top,
    reversed,
    BARS.map((color) => [color, 1]),
  );
  drawRow(
    picture,
    reversed,
    ramp,
    REVERSED.map((color) => [color, 1]),
  );
  const greys = Array.from({ length: 256 }, (_, level): [Rgb, number] => [[level, level, level], 1]);
  drawRow(picture, ramp, lowest, greys);
  drawRow(picture, lowest, bottom, LOWEST);
}

/** Fields of the widths `parts` next to each other. */
function drawRow(picture: Picture, top: number, bottom: number, fields: readonly (readonly [Rgb, number])[]): void {
  const total = fields.reduce((sum, [, parts]) => sum + parts, 0);
  let before = 0;
  for (const [color, parts] of fields) {
    const x = Math.round((picture.width * before) / total);
    before += parts;
    const width = Math.round((picture.width * before) / total) - x;
    fillRectangle(picture, { x, y: top, width, height: bottom - top }, color);
  }
}
