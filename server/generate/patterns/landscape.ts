import type { Rgb } from '../../drawing/picture-drawing.js';
import { fractalNoise, type NoiseField, type NoiseScale } from '../fractal-noise.js';
import { mix } from '../picture.js';
import { RandomBits } from '../../../shared/random-bits.js';

/** A part of the landscape, wider than the picture by what the camera moves. */
export interface Layer {
  /** RGB24. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** The line of the picture at which it begins while the camera stands in the middle. */
  readonly top: number;
  /** The first of its lines that it covers at each x; above is what lies behind. */
  readonly outline: Int32Array;
  /** From this line on it covers all. */
  readonly solidFrom: number;
  /** How far it follows the camera: 1 for what is right before it. */
  readonly nearness: number;
}

/** Size of the picture, how far the camera goes to each side, and where the water begins. */
export interface Landscape {
  readonly width: number;
  readonly height: number;
  readonly reachX: number;
  readonly reachY: number;
  readonly waterLine: number;
}

const ZENITH: Rgb = [62, 112, 178];
const HORIZON: Rgb = [232, 206, 170];
const CLOUD: Rgb = [255, 250, 244];
/** Far to near: haze takes the colour from what is far. */
const RANGES = [
  { low: [104, 122, 152], high: [150, 158, 178], share: 0.42, rise: 0.24, nearness: 0.3, seed: 11 },
  { low: [58, 88, 92], high: [112, 134, 110], share: 0.24, rise: 0.15, nearness: 0.5, seed: 12 },
  { low: [26, 52, 40], high: [78, 104, 54], share: 0.1, rise: 0.09, nearness: 0.7, seed: 13 },
] as const;
const GRASS_LOW: Rgb = [22, 30, 14];
const GRASS_HIGH: Rgb = [132, 140, 58];

/** Blue above, warm at the horizon, with clouds that are flatter the lower they are. */
export function skyLayer({ width, height, reachX, reachY, waterLine }: Landscape): Layer {
  const layer = emptyLayer(width + 2 * reachX, waterLine + 3 * reachY + 2, -reachY, 0.12);
  const clouds = fractalNoise(layer.width, layer.height, 5, {
    cellWidth: Math.round(height * 0.6),
    cellHeight: Math.round(height * 0.22),
  });
  fill(layer, clouds, (noise, _x, y) => {
    const sky = mix(ZENITH, HORIZON, Math.min(256, Math.floor((256 * y) / layer.height)));
    const cover = Math.max(0, Math.min(230, (noise - 120) * 3));
    return mix(sky, CLOUD, cover);
  });
  return layer;
}

/** Ranges of hills, the far ones first, down to the water. */
export function hillsLayer(scene: Landscape): Layer[] {
  return RANGES.map(({ low, high, share, rise, nearness, seed }) => {
    const { width, height, reachX, reachY, waterLine } = scene;
    const top = Math.round(waterLine - height * (share * 0.5 + rise));
    const layer = emptyLayer(width + 2 * reachX, waterLine + 2 * reachY - top, top, nearness);
    const ridge = fractalNoise(layer.width, 1, seed, { cellWidth: Math.round(height * 0.7), cellHeight: 1 });
    const outline = layer.outline.map((_, x) => Math.floor((height * rise * (255 - (ridge.values[x] ?? 0))) / 255));
    const texture = fractalNoise(layer.width, layer.height, seed + 20, cells(height, 0.12));
    const palette = paletteOf(low, high);
    fill(layer, texture, (noise) => palette[noise] ?? high);
    return { ...layer, outline, solidFrom: Math.max(...outline) };
  });
}

/** Grass right before the camera, with blades of several lengths along its edge. */
export function shoreLayer({ width, height, reachX, reachY }: Landscape): Layer {
  const top = Math.round(height * 0.74);
  const layer = emptyLayer(width + 2 * reachX, height + reachY - top, top, 1);
  const bank = fractalNoise(layer.width, 1, 31, { cellWidth: Math.round(height * 0.9), cellHeight: 1 });
  const random = new RandomBits(32);
  const outline = layer.outline.map((_, x) => {
    const ground = (height * 0.16 * (255 - (bank.values[x] ?? 0))) / 255 + height * 0.03;
    return Math.max(0, Math.floor(ground - (random.below(256) * random.below(256) * height * 0.03) / 65_536));
  });
  const texture = fractalNoise(layer.width, layer.height, 33, {
    cellWidth: Math.round(height * 0.05),
    cellHeight: Math.round(height * 0.14),
    roughness: 6,
  });
  const palette = paletteOf(GRASS_LOW, GRASS_HIGH);
  fill(layer, texture, (noise, x, y) => {
    const shade = Math.max(0, Math.min(256, noise - 90 + Math.floor((220 * (y - (outline[x] ?? 0))) / layer.height)));
    return palette[shade] ?? GRASS_HIGH;
  });
  return { ...layer, outline, solidFrom: Math.max(...outline) };
}

function emptyLayer(width: number, height: number, top: number, nearness: number): Layer {
  const outline = new Int32Array(width);
  return { data: new Uint8Array(width * height * 3), width, height, top, outline, solidFrom: 0, nearness };
}

function cells(height: number, share: number): NoiseScale {
  const size = Math.max(1, Math.round(height * share));
  return { cellWidth: size, cellHeight: size, roughness: 6 };
}

/** The colours from one to the other by 256th, made once for millions of pixels. */
function paletteOf(from: Rgb, to: Rgb): readonly Rgb[] {
  return Array.from({ length: 257 }, (_, share) => mix(from, to, share));
}

function fill(layer: Layer, { values }: NoiseField, colorAt: (noise: number, x: number, y: number) => Rgb): void {
  const { data, width, height } = layer;
  for (let y = 0, index = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, index += 1) {
      const [red, green, blue] = colorAt(values[index] ?? 0, x, y);
      data[index * 3] = red;
      data[index * 3 + 1] = green;
      data[index * 3 + 2] = blue;
    }
  }
}
