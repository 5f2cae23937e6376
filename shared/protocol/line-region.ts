import type { Side } from './offset-bounds.js';

/** A line over time: its value at a reference time, in microseconds, and its slope (microseconds per microsecond). */
export interface Line {
  readonly valueUs: number;
  readonly slope: number;
}

/**
 * The lines that satisfy a set of bounds: a convex polygon in the (value, slope) plane, held as its corners in order.
 * No corners: no line satisfies them all.
 */
export type LineRegion = readonly Line[];

/** Every line with a value between `lowUs` and `highUs` at the reference time and a slope of at most `maxSlope`. */
export function boxRegion(lowUs: number, highUs: number, maxSlope: number): LineRegion {
  return [
    { valueUs: lowUs, slope: -maxSlope },
    { valueUs: highUs, slope: -maxSlope },
    { valueUs: highUs, slope: maxSlope },
    { valueUs: lowUs, slope: maxSlope },
  ];
}

/**
 * The part of `region` whose lines lie below (`UPPER`) or above (`LOWER`) `limitUs` at `ageUs` before the reference
 * time. One step of Sutherland and Hodgman's polygon clipping (1974); returns `region` itself when nothing is cut off.
 */
export function clipRegion(region: LineRegion, side: Side, ageUs: number, limitUs: number): LineRegion {
  if (region.every((line) => excess(line, side, ageUs, limitUs) <= 0)) return region;
  const kept: Line[] = [];
  let from = region[region.length - 1];
  for (const to of region) {
    if (from) clipEdge(from, to, excess(from, side, ageUs, limitUs), excess(to, side, ageUs, limitUs), kept);
    from = to;
  }
  return kept;
}

/** How far the line is on the wrong side of the limit; at most 0 when it satisfies it. */
function excess(line: Line, side: Side, ageUs: number, limitUs: number): number {
  return side * (line.valueUs - line.slope * ageUs - limitUs);
}

function clipEdge(from: Line, to: Line, fromExcess: number, toExcess: number, kept: Line[]): void {
  if (fromExcess * toExcess < 0) {
    const share = fromExcess / (fromExcess - toExcess);
    kept.push({
      valueUs: from.valueUs + share * (to.valueUs - from.valueUs),
      slope: from.slope + share * (to.slope - from.slope),
    });
  }
  if (toExcess <= 0) kept.push(to);
}
