import { RandomBits } from '../../shared/random-bits.js';

/** A field of values from 0 to 255, line by line. */
export interface NoiseField {
  readonly values: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Coarsest cells, as pixels a side. Twice as fine ones follow, down to single pixels. */
export interface NoiseScale {
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** What cells half as large count, in eighths: 4, an amplitude of 1/f, unless it is to look rougher. */
  readonly roughness?: number;
}

/** Fractal value noise (Ebert et al., "Texturing and Modeling", 2003): what clouds, rock and grass look like from afar. */
export function fractalNoise(width: number, height: number, seed: number, scale: NoiseScale): NoiseField {
  const sums = new Float64Array(width * height);
  const random = new RandomBits(seed);
  let weightOfAll = 0;
  let { cellWidth, cellHeight } = scale;
  for (let weight = 4096; weight >= 16; weight = (weight * (scale.roughness ?? 4)) >> 3) {
    cellWidth = Math.max(1, cellWidth);
    cellHeight = Math.max(1, cellHeight);
    addOctave(sums, width, height, random, { cellWidth, cellHeight }, weight);
    weightOfAll += weight;
    if (cellWidth === 1 && cellHeight === 1) break;
    cellWidth >>= 1;
    cellHeight >>= 1;
  }
  return { values: stretched(sums, weightOfAll), width, height };
}

/** Values at the corners of cells, and smoothly from one to the next in between. */
function addOctave(
  sums: Float64Array,
  width: number,
  height: number,
  random: RandomBits,
  { cellWidth, cellHeight }: NoiseScale,
  weight: number,
): void {
  const columns = Math.ceil(width / cellWidth) + 1;
  const rows = Math.ceil(height / cellHeight) + 1;
  const corners = new Uint8Array(Math.ceil((columns * rows) / 4) * 4);
  random.fill(corners);
  const ease = Array.from({ length: cellWidth }, (_, x) => easedOf256(x, cellWidth));
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / cellHeight);
    const down = easedOf256(y % cellHeight, cellHeight);
    const at = (column: number): number => {
      const above = corners[row * columns + column] ?? 0;
      return above * 256 + ((corners[(row + 1) * columns + column] ?? 0) - above) * down;
    };
    for (let column = 0, x = 0; x < width; column += 1) {
      const from = at(column);
      const step = at(column + 1) - from;
      const end = Math.min(cellWidth, width - x);
      for (let inside = 0; inside < end; inside += 1, x += 1) {
        const index = y * width + x;
        sums[index] = (sums[index] ?? 0) + weight * (from * 256 + step * (ease[inside] ?? 0));
      }
    }
  }
}

/** 3t^2 - 2t^3, which starts and ends flat, in 256ths. */
function easedOf256(index: number, size: number): number {
  return Math.floor((256 * index * index * (3 * size - 2 * index)) / (size * size * size));
}

/** Sums of many octaves lie close to their middle, so they are spread over twice the range. */
function stretched(sums: Float64Array, weightOfAll: number): Uint8Array {
  const values = new Uint8Array(sums.length);
  for (let index = 0; index < sums.length; index += 1) {
    const value = Math.floor((sums[index] ?? 0) / (weightOfAll * 65_536));
    values[index] = Math.min(255, Math.max(0, 2 * value - 128));
  }
  return values;
}
