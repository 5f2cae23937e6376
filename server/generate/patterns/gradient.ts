import { phaseAt, sine, SINE_MAX, TURN, turnsInLoop } from '../loop-motion.js';
import type { Painter, Picture } from '../picture.js';
import type { VideoContent } from '../video-request.js';

/** Fractions of a grey level that waves are summed in. */
const STEPS = 64;
/** Seconds that each wave takes to come round, one a colour. */
const SECONDS_PER_TURN = [11, 8, 6] as const;
/** Wave lengths along x, y and the diagonal: turns over the picture. */
const WAVES = [
  [0.7, 0.5, 0.4],
  [0.5, 0.8, 0.6],
  [0.8, 0.6, 0.5],
] as const;
/** The lower part is dark, where banding shows first: levels from 4 up to so many, and turns over the width. */
const RAMP_SHARE = 0.3;
const RAMP_LOWEST = 4;
const RAMP_LEVELS = 44;

/** The waves of one colour at one frame, which add up to a pixel. */
interface ColorWaves {
  readonly alongX: Int16Array;
  readonly alongY: Int16Array;
  readonly diagonal: Int16Array;
}

/** Soft colours that drift, above dark tones a level apart: encoders turn both into bands. */
export function paintGradient(content: VideoContent): Painter {
  const turns = SECONDS_PER_TURN.map((seconds) => turnsInLoop(content, seconds));
  return (picture, frame) => {
    const phases = turns.map((count) => phaseAt(frame, count, content));
    const waves = WAVES.map((lengths, color) => colorWaves(content, lengths, phases, color));
    const rampTop = Math.round(picture.height * (1 - RAMP_SHARE));
    waves.forEach((wave, color) => drawWaves(picture, rampTop, wave, color));
    drawRamps(picture, rampTop, phases[0] ?? 0);
  };
}

function colorWaves(
  { width, height }: VideoContent,
  [x, y, diagonal]: (typeof WAVES)[number],
  phases: readonly number[],
  color: number,
): ColorWaves {
  const [first = 0, second = 0, third = 0] = [...phases.slice(color), ...phases.slice(0, color)];
  const start = (color * TURN) / 3;
  return {
    alongX: wave(width, (x * TURN) / width, start + first),
    alongY: wave(height, (y * TURN) / height, start - second),
    diagonal: wave(width + height, (diagonal * TURN) / (width + height), start + third),
  };
}

/** A third of the range each, so that three of them fill it. */
function wave(length: number, phasePerPixel: number, start: number): Int16Array {
  const amplitude = (255 * STEPS) / 6;
  return Int16Array.from({ length }, (_, index) =>
    Math.round(amplitude + (amplitude * sine(Math.floor(start + index * phasePerPixel))) / SINE_MAX),
  );
}

function drawWaves(
  { data, width }: Picture,
  height: number,
  { alongX, alongY, diagonal }: ColorWaves,
  color: number,
): void {
  for (let y = 0; y < height; y += 1) {
    const down = alongY[y] ?? 0;
    let offset = y * width * 3 + color;
    for (let x = 0; x < width; x += 1) {
      data[offset] = ((alongX[x] ?? 0) + down + (diagonal[x + y] ?? 0)) / STEPS;
      offset += 3;
    }
  }
}

/** Four rows: grey, red, green, blue; neighbours run against each other. */
function drawRamps({ data, width, height }: Picture, top: number, phase: number): void {
  const rowHeight = Math.ceil((height - top) / 4);
  for (let y = top; y < height; y += 1) {
    const row = Math.floor((y - top) / rowHeight);
    const start = row % 2 === 0 ? phase : TURN - phase;
    const isFirst = (y - top) % rowHeight === 0;
    if (!isFirst) {
      data.copyWithin(y * width * 3, (y - 1) * width * 3, y * width * 3);
      continue;
    }
    for (let x = 0; x < width; x += 1) {
      const level = rampLevel(start + Math.floor((x * TURN) / width));
      for (let color = 0; color < 3; color += 1) {
        data[(y * width + x) * 3 + color] = row === 0 || row === color + 1 ? level : RAMP_LOWEST;
      }
    }
  }
}

/** Up and down again over a turn. */
function rampLevel(phase: number): number {
  const place = phase & (TURN - 1);
  const rise = place < TURN / 2 ? place : TURN - place;
  return RAMP_LOWEST + Math.floor((rise * 2 * RAMP_LEVELS) / TURN);
}
