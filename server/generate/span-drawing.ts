import type { Rgb } from '../drawing/picture-drawing.js';
import { type Picture } from './picture.js';

/** Parts of a pixel in which shapes are placed, so that slow ones move smoothly. */
export const SUBPIXELS = 16;

/** A shape as what it covers of each line. All places are in `SUBPIXELS`. */
export interface SpanShape {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The begin and end of each stretch that is covered at the height `y`, from left to right. */
  spansAt(y: number): readonly number[];
}

/** Heights in a pixel at which its coverage is measured. */
const SAMPLES = [2, 6, 10, 14];
const FULL = SAMPLES.length * SUBPIXELS;

/** Fills a shape with a colour; its edge is blended with what is below. */
export function fillShape({ data, width, height }: Picture, shape: SpanShape, [red, green, blue]: Rgb): void {
  const left = Math.max(0, Math.floor(shape.left / SUBPIXELS));
  const right = Math.min(width, Math.ceil(shape.right / SUBPIXELS) + 1);
  const bottom = Math.min(height, Math.ceil(shape.bottom / SUBPIXELS));
  if (right <= left) return;
  const coverage = new Uint8Array(right - left);
  for (let y = Math.max(0, Math.floor(shape.top / SUBPIXELS)); y < bottom; y += 1) {
    coverage.fill(0);
    for (const sample of SAMPLES) cover(coverage, left, shape.spansAt(y * SUBPIXELS + sample));
    let offset = (y * width + left) * 3;
    for (const covered of coverage) {
      if (covered > 0) {
        data[offset] = blend(data[offset] ?? 0, red, covered);
        data[offset + 1] = blend(data[offset + 1] ?? 0, green, covered);
        data[offset + 2] = blend(data[offset + 2] ?? 0, blue, covered);
      }
      offset += 3;
    }
  }
}

export function disc(x: number, y: number, radius: number): SpanShape {
  return {
    ...boundsAround(x, y, radius),
    spansAt: (at) => {
      const half = halfChord(radius, at - y);
      return half < 0 ? [] : [x - half, x + half];
    },
  };
}

export function ring(x: number, y: number, radius: number, holeRadius: number): SpanShape {
  return {
    ...boundsAround(x, y, radius),
    spansAt: (at) => {
      const half = halfChord(radius, at - y);
      const hole = halfChord(holeRadius, at - y);
      if (half < 0) return [];
      return hole < 0 ? [x - half, x + half] : [x - half, x - hole, x + hole, x + half];
    },
  };
}

/** A polygon of any form; what its edges surround twice is a hole. */
export function polygon(corners: readonly (readonly [x: number, y: number])[]): SpanShape {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return {
    ...{ left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) },
    spansAt: (at) => {
      const crossings: number[] = [];
      let [fromX, fromY] = corners.at(-1) ?? [0, 0];
      for (const [toX, toY] of corners) {
        if (fromY <= at !== toY <= at)
          crossings.push(fromX + Math.floor(((at - fromY) * (toX - fromX)) / (toY - fromY)));
        [fromX, fromY] = [toX, toY];
      }
      return crossings.sort((a, b) => a - b);
    },
  };
}

function boundsAround(x: number, y: number, reach: number): Omit<SpanShape, 'spansAt'> {
  return { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
}

/** Half the width of a circle at a distance from its centre; -1 beyond it. */
function halfChord(radius: number, distance: number): number {
  const square = radius * radius - distance * distance;
  return square < 0 ? -1 : Math.floor(Math.sqrt(square));
}

function cover(coverage: Uint8Array, leftPx: number, spans: readonly number[]): void {
  const origin = leftPx * SUBPIXELS;
  const end = coverage.length * SUBPIXELS;
  for (let index = 0; index + 1 < spans.length; index += 2) {
    const from = Math.min(end, Math.max(0, (spans[index] ?? 0) - origin));
    const to = Math.min(end, Math.max(0, (spans[index + 1] ?? 0) - origin));
    if (to > from) coverSpan(coverage, from, to);
  }
}

function coverSpan(coverage: Uint8Array, from: number, to: number): void {
  const first = Math.floor(from / SUBPIXELS);
  const last = Math.floor(to / SUBPIXELS);
  if (first === last) {
    add(coverage, first, to - from);
    return;
  }
  add(coverage, first, (first + 1) * SUBPIXELS - from);
  for (let x = first + 1; x < last; x += 1) add(coverage, x, SUBPIXELS);
  if (last < coverage.length) add(coverage, last, to - last * SUBPIXELS);
}

function add(coverage: Uint8Array, x: number, amount: number): void {
  coverage[x] = (coverage[x] ?? 0) + amount;
}

function blend(below: number, above: number, covered: number): number {
  return below + Math.trunc(((above - below) * covered) / FULL);
}
