import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { histogramLines } from '../../../../client/ui/histogram.js';
import { bars } from '../../../helpers/chart-samples.js';

describe('histogramLines', () => {
  it('draws the bars over the latencies at their ends', () => {
    expect(histogramLines(bars(8_000, [0, 4, 8, 2, 1, 0, 0, 1]), { columns: 16, rows: 3 }, GLYPHS.braille)).toEqual([
      '    ██          ',
      '  ████▄▄▂▂    ▂▂',
      '8.0 ms   12.0 ms',
    ]);
  });

  it('makes few bars wide and adds up neighbours of many', () => {
    expect(histogramLines(bars(0, [1, 2]), { columns: 6, rows: 2 }, GLYPHS.ascii)[0]).toBe(':::###');
    expect(histogramLines(bars(0, [1, 1, 2, 2, 0, 0, 4, 0]), { columns: 4, rows: 2 }, GLYPHS.ascii)[0]).toBe(':# #');
  });

  it('names both bounds of an outer bar that gathers outliers', () => {
    const [first, ...others] = bars(8_000, [1, 2, 3, 1]);
    const last = others.pop();
    if (!first || !last) throw new Error('no bars');
    const gathering = [{ ...first, fromUs: -90_000 }, ...others, { ...last, toUs: 2_300_000 }];
    const axis = histogramLines(gathering, { columns: 44, rows: 2 }, GLYPHS.ascii)[1];
    expect(axis).toBe('-90.0 ms to 8.5 ms          9.5 ms to 2.30 s');
  });

  it('is empty without bars or room', () => {
    expect(histogramLines([], { columns: 40, rows: 5 }, GLYPHS.braille)).toEqual([]);
    expect(histogramLines(bars(0, [1]), { columns: 40, rows: 1 }, GLYPHS.braille)).toEqual([]);
  });

  it('shows one bar over the whole width', () => {
    expect(histogramLines(bars(0, [7]), { columns: 12, rows: 2 }, GLYPHS.ascii)).toEqual([
      '############',
      '0 µs  500 µs',
    ]);
  });

  it('fills its size exactly, with any bars', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 30, max: 120 }), (values, columns) => {
        const lines = histogramLines(bars(0, values), { columns, rows: 4 }, GLYPHS.braille);
        expect(lines.map((line) => line.length)).toEqual([columns, columns, columns, columns]);
      }),
    );
  });
});
