import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { tableLines } from '../../../../client/ui/progress-table.js';

const glyphs = GLYPHS.braille;
const columns = [
  { label: 'camera', align: 'left' },
  { label: 'fps', align: 'right' },
  { label: 'error', align: 'left' },
] as const;

describe('tableLines', () => {
  it('aligns columns as wide as their widest cell', () => {
    const rows = [
      ['door', '25.0', ''],
      ['backyard', '9.9', 'no answer'],
    ];
    expect(tableLines({ columns, rows }, 40, glyphs)).toEqual({
      heading: 'camera     fps  error',
      rows: ['door      25.0', 'backyard   9.9  no answer'],
    });
  });

  it('cuts the last text, and leaves out columns that find no room', () => {
    const rows = [['door', '25.0', 'the source did not answer in time']];
    expect(tableLines({ columns, rows }, 26, glyphs).rows).toEqual(['door    25.0  the source …']);
    expect(tableLines({ columns, rows }, 18, glyphs)).toEqual({ heading: 'camera   fps', rows: ['door    25.0'] });
  });

  it('never writes beyond its columns, whatever stands in the cells', () => {
    const table = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string(), fc.string()), { maxLength: 5 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 60 }), (rows, width) => {
        const { heading, rows: lines } = tableLines({ columns, rows }, width, glyphs);
        for (const line of [heading, ...lines]) {
          expect(line.length).toBeLessThanOrEqual(width);
          // eslint-disable-next-line no-control-regex
          expect(line).not.toMatch(/[\u0000-\u001f]/u);
        }
      }),
    );
  });
});
