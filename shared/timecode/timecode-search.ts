import { MIN_CONTRAST, timingContrast } from './code-cells.js';
import { meanAround } from './picture.js';
import type { Picture } from './picture.js';
import { COLUMNS, isTimingWhite, placeAfter, ROWS } from './timecode-layout.js';
import type { Place } from './timecode-layout.js';

/** The search looks at the upper part of the picture through a grid of means, of this size whatever the picture's is. */
const BINS = 256;
const LINES_A_PICTURE = 144;
const LINES = 40;
/** Lines from the middle of the upper timing row to that of the lower one, from no crop to all of it. */
const LINE_DISTANCES = [12, 13, 14] as const;

/** Crops to try on either side, as shares of the width: 2/5 of a cell apart, so that the middle of each cell is met. */
const CROPS = Array.from({ length: 10 }, (_, index) => index * 0.00625 - 0.00125);
/** Places as columns of bins, one for the middle of each cell. The same for every picture, so they are made once. */
const COMBS = CROPS.flatMap((left) => CROPS.map((right) => combOf(placeAfter({ left, right, top: 0, bottom: 0 }))));

/** So many combs with the highest contrast are looked at closely. */
const MAX_COMBS = 3;
/** A place is improved by moving its edges by these shares of a cell. */
const STEPS = [0.4, 0.2, 0.1, 0.05];

interface Comb {
  readonly place: Place;
  readonly bins: Uint8Array;
}

interface Match {
  readonly place: Place;
  readonly contrast: number;
}

/**
 * Where a code may be in the picture, best first, or nothing where no timing rows are seen. At most nine places, and
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
  return Array.from({ length: LINES }, (_, line) =>
    Uint8Array.from({ length: BINS }, (_, bin) =>
      meanAround(picture, (bin + 0.5) * boxWidth, (line + 0.5) * boxHeight, boxWidth, boxHeight),
    ),
  );
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
  for (let column = 0; column < COLUMNS; column += 1) {
    const level = line[bins[column] ?? 0] ?? 0;
    sum += isTimingWhite(column, 0) ? level : -level;
  }
  return sum / (COLUMNS / 2);
}

/** Moves each edge to where the timing rows have the highest contrast. */
function improve(picture: Picture, start: Place): Place {
  let place = start;
  let contrast = timingContrast(picture, place);
  for (const step of STEPS) {
    for (const moved of movesOf(place, step)) {
      const found = timingContrast(picture, moved(place));
      if (found <= contrast) continue;
      place = moved(place);
      contrast = found;
    }
  }
  return place;
}

function movesOf({ left, right, top, bottom }: Place, step: number): ((place: Place) => Place)[] {
  const x = ((right - left) / COLUMNS) * step;
  const y = ((bottom - top) / ROWS) * step;
  return [x, -x]
    .flatMap((dx) => [
      (place: Place) => ({ ...place, left: place.left + dx, right: place.right + dx }),
      (place: Place) => ({ ...place, left: place.left + dx }),
      (place: Place) => ({ ...place, right: place.right + dx }),
    ])
    .concat(
      [y, -y].flatMap((dy) => [
        (place: Place) => ({ ...place, top: place.top + dy, bottom: place.bottom + dy }),
        (place: Place) => ({ ...place, top: place.top + dy }),
        (place: Place) => ({ ...place, bottom: place.bottom + dy }),
      ]),
    );
}

/** Shifted by one period, two cells, the timing rows look nearly the same; the checksum knows which it is. */
function withShifts(place: Place): Place[] {
  const period = (2 * (place.right - place.left)) / COLUMNS;
  return [0, -period, period].map((dx) => ({ ...place, left: place.left + dx, right: place.right + dx }));
}
