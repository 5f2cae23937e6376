import { box, Canvas, circle, line, ring, type Color, type Shape } from './canvas.js';

/** The sample's shape: pixels, frames a second, and the frames after which every motion is back where it began. */
export const SAMPLE = { width: 1280, height: 720, fps: 30, frames: 360 } as const;

/** Where the frame counter stands: its top left pixel and the pixels of one dot of the font. */
export const COUNTER = { x: 72, y: 566, scale: 10 } as const;
export const COUNTER_COLOR: Color = [255, 255, 255];
export const PANEL_COLOR: Color = [13, 17, 33];

const TAU = 2 * Math.PI;
const ACCENT: Color = [255, 209, 102];
const MUTED: Color = [140, 156, 196];

/** A Lissajous path: whole `turns` bring a shape back to where it began; the phases, in turns, spread the shapes out. */
interface Mover {
  readonly turns: readonly [x: number, y: number];
  readonly phase: readonly [x: number, y: number];
  readonly color: Color;
  readonly shapeAt: (x: number, y: number, turn: number) => Shape;
}

const MOVERS: readonly Mover[] = [
  { turns: [1, 2], phase: [0.86, 0.06], color: [76, 201, 240], shapeAt: (x, y) => circle(x, y, 82) },
  {
    turns: [1, 2],
    phase: [0.4, 0.2],
    color: [255, 107, 107],
    shapeAt: (x, y, t) => box(x, y, 170, 110, 22, TAU * (t + 0.06)),
  },
  { turns: [2, 3], phase: [0.95, 0.62], color: ACCENT, shapeAt: (x, y) => circle(x, y, 46) },
  {
    turns: [2, 1],
    phase: [0.14, 0.9],
    color: [6, 214, 160],
    shapeAt: (x, y, t) => box(x, y, 120, 120, 16, -TAU * (t + 0.05)),
  },
  { turns: [3, 2], phase: [0.02, 0.75], color: [179, 136, 235], shapeAt: (x, y) => ring(x, y, 62, 22) },
  { turns: [1, 3], phase: [0.68, 0.4], color: [242, 242, 250], shapeAt: (x, y) => circle(x, y, 26) },
];

/**
 * Draws one frame of the sample video as RGB24, `SAMPLE.width` x `SAMPLE.height`. The same index gives the same bytes,
 * and index n + 360 the same as n, so that a player that starts over shows no jump (but for the counter itself).
 */
export function drawFrame(index: number): Buffer {
  const frame = index % SAMPLE.frames;
  const canvas = new Canvas(SAMPLE.width, SAMPLE.height);
  drawBackground(canvas, frame);
  const t = frame / SAMPLE.frames;
  for (const mover of MOVERS) drawMover(canvas, mover, t);
  drawPanel(canvas, frame);
  drawDial(canvas, frame);
  return canvas.data;
}

/** The text of the counter in the frame at `index`. */
export function counterText(index: number): string {
  return `FRAME ${String(index % SAMPLE.frames).padStart(3, '0')}`;
}

// One whole pixel a frame: an encoder finds such a motion at once, so the texture costs few bits.
const WEAVE = Array.from(
  { length: SAMPLE.frames },
  (_, i) => 2.4 * Math.sin((TAU * i) / 24) + 1.6 * Math.sin((TAU * i) / 60),
);

function drawBackground(canvas: Canvas, frame: number): void {
  const { data, width, height } = canvas;
  const period = WEAVE.length;
  let offset = 0;
  for (let y = 0; y < height; y += 1) {
    const depth = y / height;
    const red = 22 + 34 * depth * (1 - depth) * 4;
    const green = 26 + 22 * depth;
    const blue = 62 + 40 * depth;
    for (let x = 0; x < width; x += 1) {
      const falling = WEAVE[(x + y + frame) % period] ?? 0;
      const rising = WEAVE[(x - y + frame + 2 * period) % period] ?? 0;
      const light = falling + rising;
      data[offset] = Math.round(red + light);
      data[offset + 1] = Math.round(green + light);
      data[offset + 2] = Math.round(blue + light * 1.5);
      offset += 3;
    }
  }
}

function drawMover(canvas: Canvas, { turns, phase, color, shapeAt }: Mover, t: number): void {
  const x = SAMPLE.width * (0.5 + 0.4 * Math.sin(TAU * (turns[0] * t + phase[0])));
  const y = SAMPLE.height * (0.42 + 0.28 * Math.sin(TAU * (turns[1] * t + phase[1])));
  canvas.fill(shapeAt(x + 8, y + 14, t), { color: [4, 6, 18], opacity: 0.45, softnessPx: 36 });
  canvas.fill(shapeAt(x, y, t), { color });
}

function drawPanel(canvas: Canvas, frame: number): void {
  canvas.fill(box(340, 602, 600, 172, 18), { color: PANEL_COLOR });
  canvas.text(COUNTER.x, 534, 'FRAME-STREAMER', 3, ACCENT);
  canvas.text(COUNTER.x, COUNTER.y, counterText(frame), COUNTER.scale, COUNTER_COLOR);
  canvas.text(
    COUNTER.x,
    652,
    `${SAMPLE.width} X ${SAMPLE.height}  ${SAMPLE.fps} FPS  LOOP OF ${SAMPLE.frames}`,
    2,
    MUTED,
  );
}

/** A hand that turns once a second, so that a dropped or repeated frame shows, and a bead that turns once a loop. */
function drawDial(canvas: Canvas, frame: number): void {
  const [x, y, radiusPx] = [1140, 602, 86];
  canvas.fill(circle(x, y, radiusPx), { color: PANEL_COLOR });
  for (let tick = 0; tick < SAMPLE.fps; tick += 1) {
    const [sin, cos] = direction(tick / SAMPLE.fps);
    const innerPx = tick % 5 === 0 ? 58 : 64;
    canvas.fill(line(x + innerPx * sin, y - innerPx * cos, x + 69 * sin, y - 69 * cos, 3), { color: MUTED });
  }
  const [handSin, handCos] = direction(frame / SAMPLE.fps);
  canvas.fill(line(x, y, x + 52 * handSin, y - 52 * handCos, 6), { color: COUNTER_COLOR });
  canvas.fill(circle(x, y, 8), { color: COUNTER_COLOR });
  const [beadSin, beadCos] = direction(frame / SAMPLE.frames);
  canvas.fill(circle(x + 78 * beadSin, y - 78 * beadCos, 5), { color: ACCENT });
}

function direction(turn: number): [number, number] {
  return [Math.sin(TAU * turn), Math.cos(TAU * turn)];
}
