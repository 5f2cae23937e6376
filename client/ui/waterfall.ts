import type { Glyphs } from './glyphs.js';
import type { Paint } from './paint.js';
import type { StageRow } from './stage-rows.js';
import { formatDurationUs } from '../../shared/units.js';

const NAME_COLUMNS = 14;
const NUMBER_COLUMNS = 9;
/** Columns from which there is room for the number of p99 beside its mark. */
const BOTH_NUMBERS_COLUMNS = 50;

/**
 * The stages of a frame's way, one line each in the order they happen: a bar as long as p50 that begins where the
 * stage before ended, a mark where p99 of the stage would end, and the numbers; or its note. `columns` is the width in
 * cells.
 */
export function waterfallLines(stages: readonly StageRow[], columns: number, glyphs: Glyphs, paint: Paint): string[] {
  const numbers = columns >= BOTH_NUMBERS_COLUMNS ? 2 : 1;
  const barColumns = Math.max(0, columns - NAME_COLUMNS - numbers * NUMBER_COLUMNS);
  const totalUs = stages.reduce((sum, { p50 }) => sum + positive(p50), 0);
  const endsUs = stages.map(({ p99 }, index) => startUs(stages, index) + positive(p99));
  // A rare stall in one stage must not shrink every bar to nothing, so marks beyond twice the bars are cut off.
  const fullUs = Math.max(1, totalUs, Math.min(Math.max(...endsUs), 2 * totalUs));
  const usPerCell = fullUs / Math.max(1, barColumns);
  return stages.map(({ name, p50, p99, note }, index) => {
    const text = noteFor(note, barColumns);
    const bar = text
      ? text.padEnd(barColumns)
      : painted(barCells(startUs(stages, index), positive(p50), p99, usPerCell, barColumns, glyphs), glyphs, paint);
    const texts = [p50, ...(numbers === 2 ? [p99] : [])].map((us) => formatDurationUs(us).padStart(NUMBER_COLUMNS));
    return name.padEnd(NAME_COLUMNS) + bar + texts.join('');
  });
}

/** The heading over the numbers of `waterfallLines`, in the same width. */
export function waterfallHeading(columns: number): string {
  const numbers = columns >= BOTH_NUMBERS_COLUMNS ? ['p50', 'p99'] : ['p50'];
  return numbers
    .map((name) => name.padStart(NUMBER_COLUMNS))
    .join('')
    .padStart(columns);
}

/** As much of a note as fits: all of it, its first word, or nothing. */
function noteFor(note: string, columns: number): string {
  return [note, note.split(' ')[0] ?? ''].find((text) => text.length <= columns) ?? '';
}

function startUs(stages: readonly StageRow[], index: number): number {
  return stages.slice(0, index).reduce((sum, { p50 }) => sum + positive(p50), 0);
}

function positive(us: number | null): number {
  return Math.max(0, us ?? 0);
}

function barCells(
  fromUs: number,
  lengthUs: number,
  p99Us: number | null,
  usPerCell: number,
  columns: number,
  glyphs: Glyphs,
): string[] {
  const cells = new Array<string>(columns).fill(' ');
  const steps = glyphs.horizontal.length - 1;
  const first = Math.min(columns - 1, Math.round(fromUs / usPerCell));
  const lengthSteps = Math.ceil((lengthUs / usPerCell) * steps);
  const stepsToEnd = Math.round(((fromUs + lengthUs) / usPerCell - first) * steps);
  const shown = lengthUs > 0 ? Math.max(1, Math.min(lengthSteps, stepsToEnd)) : 0;
  for (let cell = 0; cell * steps < shown && first + cell < columns; cell++) {
    cells[first + cell] = glyphs.horizontal[Math.min(steps, shown - cell * steps)] ?? ' ';
  }
  if (p99Us !== null && p99Us > 0 && columns > 0) {
    const at = Math.round((fromUs + p99Us) / usPerCell);
    cells[Math.min(columns - 1, Math.max(first, at))] = at >= columns + 1 ? glyphs.beyond : glyphs.mark;
  }
  return cells;
}

/** Paints run by run: every change of colour costs the terminal and its driver a sequence. */
function painted(cells: readonly string[], { mark, beyond }: Glyphs, paint: Paint): string {
  return cells
    .join('')
    .split(new RegExp(`([${mark}${beyond}]| +)`))
    .map((run) => (run.trim() === '' ? run : paint(run, run === mark || run === beyond ? 'p99' : 'p50')))
    .join('');
}
