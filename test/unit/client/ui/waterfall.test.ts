import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import type { Paint } from '../../../../client/ui/paint.js';
import type { StageRow } from '../../../../client/ui/stage-rows.js';
import { waterfallHeading, waterfallLines } from '../../../../client/ui/waterfall.js';

const PLAIN: Paint = (text) => text;

const NAMES = ['decode', 'queue', 'encode', 'publish', 'network', 'client decode'];

function stages(...figures: [p50: number | null, p99: number | null][]): StageRow[] {
  return NAMES.map((name, index) => {
    const [p50, p99] = figures[index] ?? [null, null];
    return { name, p50, p99, note: '' };
  });
}

describe('waterfallLines', () => {
  it('begins each bar where the one before ended, with a mark at p99', () => {
    const figures = stages([2_000, 3_000], [0, 0], [4_000, 5_000], [10, 500], [2_000, 2_000]);
    expect(waterfallLines(figures, 39, GLYPHS.ascii, PLAIN)).toEqual([
      'decode        ####  |            2.0 ms',
      'queue                              0 µs',
      'encode            ########  |    4.0 ms',
      'publish                   #|      10 µs',
      'network                   ###|   2.0 ms',
      'client decode                         -',
    ]);
  });

  it('shows both numbers where there is room, under their heading', () => {
    const lines = waterfallLines(stages([2_000, 3_000]), 50, GLYPHS.braille, PLAIN);
    expect(lines[0]).toMatch(/ {3}2\.0 ms {3}3\.0 ms$/);
    expect(waterfallHeading(50)).toMatch(/ {6}p50 {6}p99$/);
    expect(waterfallHeading(49)).toMatch(/ {6}p50$/);
  });

  it('shows the smallest step for a stage that takes almost no time', () => {
    const [decode, queue] = waterfallLines(stages([9_000, null], [1, null]), 39, GLYPHS.braille, PLAIN);
    expect(decode).toContain('█');
    expect(queue).toContain('▏');
  });

  it('points beyond its edge for a rare stall, instead of shrinking the bars', () => {
    const [decode] = waterfallLines(stages([1_000, 900_000], [1_000, 1_000]), 39, GLYPHS.ascii, PLAIN);
    expect(decode).toContain('####');
    expect(decode).toContain('>');
  });

  it('has the note of a stage in place of its bar where it fits', () => {
    const rows: StageRow[] = [{ name: 'encode', p50: null, p99: null, note: 'passed through' }];
    expect(waterfallLines(rows, 39, GLYPHS.ascii, PLAIN)).toEqual(['encode        passed through          -']);
    expect(waterfallLines(rows, 36, GLYPHS.ascii, PLAIN)).toEqual(['encode        passed               -']);
    expect(waterfallLines(rows, 28, GLYPHS.ascii, PLAIN)).toEqual([`encode${' '.repeat(21)}-`]);
  });

  it('draws no bar for a negative stage but tells the number', () => {
    const lines = waterfallLines(stages([1_000, 1_000], [-300, 200]), 39, GLYPHS.ascii, PLAIN);
    expect(lines[1]).toMatch(/^queue +\|? +-300 µs$/);
  });

  it('paints runs, not cells', () => {
    const painted = waterfallLines(stages([2_000, 3_000]), 39, GLYPHS.ascii, (text, role) => `<${role} ${text}>`);
    expect(painted[0]).toMatch(/^decode {8}<p50 #+> +<p99 \|> +2\.0 ms$/);
  });

  it('has lines of the asked width, whatever the figures', () => {
    const figure = fc.option(fc.integer({ min: -1e6, max: 1e10 }), { nil: null });
    const figures = fc.array(fc.tuple(figure, figure), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(figures, fc.integer({ min: 32, max: 120 }), (values, columns) => {
        for (const line of waterfallLines(stages(...values), columns, GLYPHS.braille, PLAIN)) {
          expect(line).toHaveLength(columns);
        }
      }),
    );
  });
});
