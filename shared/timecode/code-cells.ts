import { cellLevel } from './picture.js';
import type { Picture } from './picture.js';
import { COLUMNS, DATA_ROWS, isTimingWhite, LAST_ROW, timecodeOf } from './timecode-layout.js';
import type { Place } from './timecode-layout.js';
import type { Timecode } from './timecode.js';

/** Black and white of the timing cells must lie this far apart, of 255; what is flatter is no code. */
export const MIN_CONTRAST = 40;
/** So many of the 112 timing cells may show the wrong colour. */
const MAX_WRONG_TIMING_CELLS = 8;
/** A cell is read in its middle, where its neighbours do not bleed into. */
const READ_SHARE = 0.5;
/** Timing cells are measured nearly whole, so that the difference is greatest where they are met exactly. */
const MEASURE_SHARE = 0.9;
/** The threshold of a column is the mean over so many columns on either side of it. */
const THRESHOLD_REACH = 2;

/** How much brighter the white timing cells at `place` are than the black ones; about 0 where there is no code. */
export function timingContrast(picture: Picture, place: Place): number {
  let sum = 0;
  for (let column = 0; column < COLUMNS; column += 1) {
    const upper = cellLevel(picture, place, column, 0, MEASURE_SHARE);
    const lower = cellLevel(picture, place, column, LAST_ROW, MEASURE_SHARE);
    sum += isTimingWhite(column, 0) ? upper - lower : lower - upper;
  }
  return sum / COLUMNS;
}

/** The time code at `place`, or null where its timing rows are not to be seen or its checksum is wrong. */
export function readCells(picture: Picture, place: Place): Timecode | null {
  const upper = levelsOf(picture, place, 0);
  const lower = levelsOf(picture, place, LAST_ROW);
  if (!areTimingRows(upper, lower)) return null;
  const thresholds = thresholdsOf(upper, lower);
  const bits = DATA_ROWS.flatMap((row) =>
    Array.from(levelsOf(picture, place, row), (level, column) => (level > (thresholds[column] ?? 0) ? 1 : 0)),
  );
  return timecodeOf(bits);
}

function levelsOf(picture: Picture, place: Place, row: number): Float64Array {
  const levels = new Float64Array(COLUMNS);
  for (let column = 0; column < COLUMNS; column += 1) {
    levels[column] = cellLevel(picture, place, column, row, READ_SHARE);
  }
  return levels;
}

function areTimingRows(upper: Float64Array, lower: Float64Array): boolean {
  let contrast = 0;
  let wrong = 0;
  const mean = upper.reduce((sum, level, column) => sum + level + (lower[column] ?? 0), 0) / (2 * COLUMNS);
  for (let column = 0; column < COLUMNS; column += 1) {
    const sign = isTimingWhite(column, 0) ? 1 : -1;
    const above = sign * ((upper[column] ?? 0) - mean);
    const below = sign * ((lower[column] ?? 0) - mean);
    contrast += above - below;
    wrong += Number(above <= 0) + Number(below >= 0);
  }
  return contrast >= MIN_CONTRAST * COLUMNS && wrong <= MAX_WRONG_TIMING_CELLS;
}

/** Half way between black and white in each column: one of its timing cells is black and the other is white. */
function thresholdsOf(upper: Float64Array, lower: Float64Array): Float64Array {
  return Float64Array.from({ length: COLUMNS }, (_, column) => {
    const from = Math.max(0, column - THRESHOLD_REACH);
    const to = Math.min(COLUMNS, column + THRESHOLD_REACH + 1);
    let sum = 0;
    for (let near = from; near < to; near += 1) sum += (upper[near] ?? 0) + (lower[near] ?? 0);
    return sum / (2 * (to - from));
  });
}
