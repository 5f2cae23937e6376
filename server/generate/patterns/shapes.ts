import type { Rgb } from '../../drawing/picture-drawing.js';
import { phaseAt, sine, SINE_MAX, TURN, turnsInLoop } from '../loop-motion.js';
import { mix, newPicture, type Painter, type Picture } from '../picture.js';
import { disc, fillShape, polygon, ring, type SpanShape, SUBPIXELS } from '../span-drawing.js';
import type { VideoContent } from '../video-request.js';

/** A shape that swings along x and y, each in its own time, and turns. */
interface Mover {
  /** Seconds for one swing along x and along y, and for one turn. */
  readonly seconds: readonly [x: number, y: number, turn: number];
  /** Where in each it begins, in turns. */
  readonly begin: readonly [x: number, y: number];
  /** Radius as a share of the height. */
  readonly size: number;
  readonly color: Rgb;
  readonly form: (x: number, y: number, radius: number, phase: number) => SpanShape;
}

const UPPER: Rgb = [22, 24, 52];
const LOWER: Rgb = [58, 40, 92];
const GRID: Rgb = [74, 70, 128];
const SHADOW: Rgb = [12, 12, 30];

const MOVERS: readonly Mover[] = [
  { seconds: [17, 11, 1], begin: [0.1, 0.6], size: 0.2, color: [76, 201, 240], form: disc },
  { seconds: [13, 9, 12], begin: [0.55, 0.15], size: 0.19, color: [255, 107, 107], form: corners(4) },
  { seconds: [9, 12, 6], begin: [0.8, 0.4], size: 0.15, color: [255, 209, 102], form: star(5) },
  { seconds: [8, 7, 1], begin: [0.3, 0.9], size: 0.13, color: [179, 136, 235], form: hoop },
  { seconds: [7, 5, 4], begin: [0.05, 0.2], size: 0.11, color: [6, 214, 160], form: corners(3) },
  { seconds: [5, 6, 3], begin: [0.65, 0.75], size: 0.08, color: [255, 140, 66], form: corners(6) },
  { seconds: [4, 3, 1], begin: [0.2, 0.5], size: 0.05, color: [242, 242, 250], form: disc },
  { seconds: [2.5, 2, 1], begin: [0.9, 0.05], size: 0.032, color: [255, 94, 188], form: star(4) },
  { seconds: [1.5, 1.2, 1], begin: [0.4, 0.35], size: 0.018, color: [255, 255, 120], form: disc },
];

/** Shapes of several sizes and forms at several speeds, over a grid that stands still. */
export function paintShapes(content: VideoContent): Painter {
  const background = newPicture(content.width, content.height);
  drawBackground(background);
  const movers = MOVERS.map((mover) => ({ ...mover, turns: mover.seconds.map((time) => turnsInLoop(content, time)) }));
  return (picture, frame) => {
    picture.data.set(background.data);
    for (const { turns, begin, size, color, form } of movers) {
      const [alongX = 0, alongY = 0, turn = 0] = turns.map((count) => phaseAt(frame, count, content));
      const x = place(content.width, alongX + Math.round(begin[0] * TURN));
      const y = place(content.height, alongY + Math.round(begin[1] * TURN));
      const radius = Math.round(size * content.height * SUBPIXELS);
      const depth = Math.round(radius / 8);
      fillShape(picture, form(x + depth, y + depth, radius, turn), SHADOW);
      fillShape(picture, form(x, y, radius, turn), color);
    }
  };
}

/** Around the middle of a side of so many pixels, over 80 % of it. */
function place(sizePx: number, phase: number): number {
  return Math.round(sizePx * SUBPIXELS * (0.5 + (0.4 * sine(phase)) / SINE_MAX));
}

function drawBackground({ data, width, height }: Picture): void {
  const cell = Math.max(8, Math.round(height / 18));
  for (let y = 0; y < height; y += 1) {
    const color = mix(UPPER, LOWER, Math.floor((256 * y) / height));
    for (let x = 0; x < width; x += 1) data.set(x % cell === 0 || y % cell === 0 ? GRID : color, (y * width + x) * 3);
  }
}

function hoop(x: number, y: number, radius: number): SpanShape {
  return ring(x, y, radius, Math.round(radius * 0.62));
}

function corners(count: number): Mover['form'] {
  return (x, y, radius, phase) =>
    polygon(
      Array.from({ length: count }, (_, index) => corner(x, y, radius, phase + Math.round((index * TURN) / count))),
    );
}

/** Points far out and near by turns. */
function star(points: number): Mover['form'] {
  return (x, y, radius, phase) =>
    polygon(
      Array.from({ length: 2 * points }, (_, index) =>
        corner(x, y, index % 2 === 0 ? radius : radius * 0.45, phase + Math.round((index * TURN) / (2 * points))),
      ),
    );
}

function corner(x: number, y: number, radius: number, phase: number): [number, number] {
  return [
    x + Math.round((radius * sine(phase)) / SINE_MAX),
    y - Math.round((radius * sine(phase + TURN / 4)) / SINE_MAX),
  ];
}
