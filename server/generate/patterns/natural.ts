import { phaseAt, sine, SINE_MAX, swing, TURN, turnsInLoop } from '../loop-motion.js';
import type { Painter, Picture } from '../picture.js';
import { RandomBits } from '../../../shared/random-bits.js';
import type { VideoContent } from '../video-request.js';
import { hillsLayer, shoreLayer, skyLayer, type Layer } from './landscape.js';

/** Seconds in which the camera goes round once, and how far at most, as a share of the width. */
const CAMERA_SECONDS = 12;
const MAX_SWING = 0.12;
/** Picture widths a second, however short the loop is. */
const MAX_SPEED = 0.08;
/** Height of the water's edge, as a share of the picture's. */
const WATER_LINE = 0.6;
const WAVE_SECONDS = 3;
/** Noise of a camera's sensor: two levels up or down at most. */
const GRAIN_BYTES = 1 << 20;

/** Sky, hills, a lake that mirrors them, and a shore, seen by a camera that moves: much detail of all sizes. */
export function paintNatural(content: VideoContent): Painter {
  const { width, height } = content;
  const turns = turnsInLoop(content, CAMERA_SECONDS);
  const secondsPerTurn = content.frames / content.fps / turns;
  const reach = Math.round(width * Math.min(MAX_SWING, (MAX_SPEED * secondsPerTurn) / 6));
  const shape = { width, height, reachX: reach, reachY: reach >> 2, waterLine: Math.round(height * WATER_LINE) };
  const layers = [skyLayer(shape), ...hillsLayer(shape)];
  const shore = shoreLayer(shape);
  const grain = sensorGrain();
  const waveTurns = turnsInLoop(content, WAVE_SECONDS);
  return (picture, frame) => {
    const camera = phaseAt(frame, turns, content);
    for (const layer of layers) drawLayer(picture, layer, shape, camera);
    const waterLine = shape.waterLine - swing(shape.reachY * 0.7, camera + TURN / 4);
    drawWater(picture, waterLine, phaseAt(frame, waveTurns, content));
    drawLayer(picture, shore, shape, camera);
    addGrain(picture.data, grain, frame);
  };
}

/** Where the camera looks, and how far it goes to each side. */
interface Scene {
  readonly reachX: number;
  readonly reachY: number;
}

/** Copies what a layer shows of each line; what is near moves farther than what is far away. */
function drawLayer({ data, width, height }: Picture, layer: Layer, { reachX, reachY }: Scene, camera: number): void {
  const fromX = reachX + swing(reachX * layer.nearness, camera);
  const movedY = swing(reachY * layer.nearness, camera + TURN / 4);
  const top = Math.max(0, layer.top - movedY);
  const bottom = Math.min(height, layer.top + layer.height - movedY);
  for (let y = top; y < bottom; y += 1) {
    const line = y + movedY - layer.top;
    const start = (line * layer.width + fromX) * 3;
    if (line >= layer.solidFrom) data.set(layer.data.subarray(start, start + width * 3), y * width * 3);
    else drawEdge(data, y * width * 3, layer, line, fromX, width);
  }
}

/** A line in which the layer covers only what lies below its outline. */
function drawEdge(data: Uint8Array, target: number, layer: Layer, line: number, fromX: number, width: number): void {
  const source = (line * layer.width + fromX) * 3;
  for (let x = 0; x < width; x += 1) {
    if (line < (layer.outline[fromX + x] ?? 0)) continue;
    const offset = x * 3;
    data[target + offset] = layer.data[source + offset] ?? 0;
    data[target + offset + 1] = layer.data[source + offset + 1] ?? 0;
    data[target + offset + 2] = layer.data[source + offset + 2] ?? 0;
  }
}

/** Mirrors what is above, darker and bluer, each line moved sideways by waves that are larger the nearer they are. */
function drawWater({ data, width, height }: Picture, waterLine: number, phase: number): void {
  for (let y = waterLine; y < height; y += 1) {
    const depth = y - waterLine;
    const near = depth / (height - waterLine);
    const frequency = Math.round(TURN / (4 + 22 * near * (height / 360)));
    const wave = sine(depth * frequency + phase) + (sine(depth * 7919 - 2 * phase) >> 1);
    const mirrored = waterLine - 1 - Math.min(waterLine - 1, Math.floor(depth * 1.3 + (near * 6 * wave) / SINE_MAX));
    const source = Math.max(0, Math.min(waterLine - 1, mirrored)) * width;
    const shift = Math.round((wave * (1 + near * width * 0.012)) / SINE_MAX);
    const light = wave > SINE_MAX ? 10 : 0;
    for (let x = 0, target = y * width * 3; x < width; x += 1, target += 3) {
      const from = (source + Math.max(0, Math.min(width - 1, x + shift))) * 3;
      data[target] = (((data[from] ?? 0) * 150) >> 8) + 8 + light;
      data[target + 1] = (((data[from + 1] ?? 0) * 165) >> 8) + 18 + light;
      data[target + 2] = (((data[from + 2] ?? 0) * 175) >> 8) + 34 + light;
    }
  }
}

function sensorGrain(): Int8Array {
  const random = new Uint8Array(GRAIN_BYTES);
  new RandomBits(99).fill(random);
  return Int8Array.from(random, (byte) => ((byte & 3) + ((byte >> 2) & 3) - 3) * (byte & 16 ? 1 : 0));
}

/** The same noise every frame, read from another place. */
function addGrain(data: Uint8Array, grain: Int8Array, frame: number): void {
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const start = new RandomBits(frame).below(GRAIN_BYTES);
  for (let index = 0; index < clamped.length; index += 1) {
    clamped[index] = (clamped[index] ?? 0) + (grain[(start + index) & (GRAIN_BYTES - 1)] ?? 0);
  }
}
