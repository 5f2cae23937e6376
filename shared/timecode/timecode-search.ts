import { MIN_CONTRAST, timingContrast } from './code-cells.js';
import { meanAround } from './picture.js';
import type { Picture } from './picture.js';
import { COLUMNS, placeAfter, ROWS } from './timecode-layout.js';
import type { Place } from './timecode-layout.js';

/** The search looks at the picture through a grid of means, of this size whatever the picture's is. */
const BINS = 256;
const LINES_A_PICTURE = 144;
/** The lower timing row ends above the 26th line, whatever was cropped. */
const LINES = 26;
/** Points that are looked at in each direction of a bin, at most. */
const BIN_POINTS = 3;
/** Lines from the middle of the upper timing row to that of the lower one, from no crop to all of it. */
const LINE_DISTANCES = [12, 13, 14] as const;

/** Crops to try on either side, as shares of the width: 2/5 of a cell apart, so that the middle of each cell is met. */
const CROPS = Array.from({ length: 10 }, (_, index) => index * 0.00625 - 0.00125);
/** Places as columns of bins, one for the middle of each cell. The same for every picture, so they are made once. */
const COMBS = CROPS.flatMap((left) => CROPS.map((right) => combOf(placeAfter({ left, right, top: 0, bottom: 0 }))));

/** So many combs with the highest contrast are looked at closely. */
const MAX_COMBS = 2;
/** A place is improved by moving its edges by these shares of a cell. */
const STEPS = [0.3, 0.15, 0.07];
/** Two opposite edges together, and each alone, both ways. */
const MOVES: readonly Place[] = [1, -1].flatMap((by) => [
  { left: by, right: by, top: 0, bottom: 0 },
  { left: by, right: 0, top: 0, bottom: 0 },
  { left: 0, right: by, top: 0, bottom: 0 },
  { left: 0, right: 0, top: by, bottom: by },
  { left: 0, right: 0, top: by, bottom: 0 },
  { left: 0, right: 0, top: 0, bottom: by },
]);

interface Comb {
  readonly place: Place;
  readonly bins: Uint8Array;
}

interface Match {
  readonly place: Place;
  readonly contrast: number;
}

/**
 * Where a code may be in the picture, best first, or nothing where no timing rows are seen. At most six places, and
 * about the same work for each picture.
 */
export function findPlaces(picture: Picture): Place[] {
  const lines = linesOf(picture);
  return COMBS.map((comb) => bestLines(lines, comb))
    .filter(({ contrast }) => contrast >= MIN_CONTRAST)
    .sort((a, b) => b.contrast - a.contrast)
    .slice(0, MAX_COMBS)
    .map(({ place }) => improve(picture, place))
    .flatMap(withShifts);
}

function combOf(place: Place): Comb {
  const pitch = (place.right - place.left) / COLUMNS;
  const binOf = (column: number) => Math.floor((place.left + (column + 0.5) * pitch) * BINS);
  return { place, bins: Uint8Array.from({ length: COLUMNS }, (_, column) => binOf(column)) };
}

/** The means of the upper part of the picture, line by line. */
function linesOf(picture: Picture): Uint8Array[] {
  const boxWidth = picture.width / BINS;
  const boxHeight = picture.height / LINES_A_PICTURE;
  return Array.from({ length: LINES }, (_, index) => {
    const line = new Uint8Array(BINS);
    const y = (index + 0.5) * boxHeight;
    // Uint8Array.from() with a function takes longer than the rest of the search.
    for (let bin = 0; bin < BINS; bin += 1) {
      line[bin] = meanAround(picture, (bin + 0.5) * boxWidth, y, boxWidth, boxHeight, BIN_POINTS);
    }
    return line;
  });
}

/** The two lines that look most like the middles of the timing rows when the picture is read through `comb`. */
function bestLines(lines: readonly Uint8Array[], { place, bins }: Comb): Match {
  const contrasts = lines.map((line) => alternation(line, bins));
  // Three lines fit into a row of cells, so their sum is greatest around its middle.
  const around = (line: number) => (contrasts[line - 1] ?? 0) + (contrasts[line] ?? 0) + (contrasts[line + 1] ?? 0);
  let best = { contrast: -Infinity, upper: 0, lower: 0 };
  for (let upper = 0; upper < LINES; upper += 1) {
    for (const distance of LINE_DISTANCES) {
      const contrast = (around(upper) - around(upper + distance)) / 6;
      if (contrast > best.contrast) best = { contrast, upper, lower: upper + distance };
    }
  }
  const rowHeight = (best.lower - best.upper) / (ROWS - 1);
  const top = (best.upper + 0.5 - rowHeight / 2) / LINES_A_PICTURE;
  return { contrast: best.contrast, place: { ...place, top, bottom: top + (ROWS * rowHeight) / LINES_A_PICTURE } };
}

/** How much brighter the cells of a line are that are white in the upper timing row than the others. */
function alternation(line: Uint8Array, bins: Uint8Array): number {
  let sum = 0;
  for (let column = 0; column < COLUMNS; column += 2) {
    sum += (line[bins[column] ?? 0] ?? 0) - (line[bins[column + 1] ?? 0] ?? 0);
  }
  return sum / (COLUMNS / 2);
}

/** Moves the edges to where the timing rows have the highest contrast. */
function improve(picture: Picture, start: Place): Place {
  let place = start;
  let contrast = timingContrast(picture, place);
  for (const step of STEPS) {
    for (const move of MOVES) {
      const moved = movedBy(place, move, step);
      const movedContrast = timingContrast(picture, moved);
      if (movedContrast <= contrast) continue;
      place = moved;
      contrast = movedContrast;
    }
  }
  return place;
}

function movedBy({ left, right, top, bottom }: Place, move: Place, cells: number): Place {
  const x = ((right - left) / COLUMNS) * cells;
  const y = ((bottom - top) / ROWS) * cells;
  return {
    left: left + move.left * x,
    right: right + move.right * x,
    top: top + move.top * y,
    bottom: bottom + move.bottom * y,
  };
}

/** Shifted by one period, two cells, the timing rows look nearly the same; the checksum knows which it is. */
function withShifts(place: Place): Place[] {
  const period = (2 * (place.right - place.left)) / COLUMNS;
  return [0, -period, period].map((x) => ({ ...place, left: place.left + x, right: place.right + x }));
}
