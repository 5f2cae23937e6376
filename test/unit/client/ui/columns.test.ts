import { describe, expect, it } from 'vitest';
import { columnLines, sparkline } from '../../../../client/ui/columns.js';
import { GLYPHS } from '../../../../client/ui/glyphs.js';

describe('columnLines', () => {
  it('draws columns from the bottom up', () => {
    expect(columnLines([0, 2, 4, 8], 2, 8, GLYPHS.braille)).toEqual(['   █', ' ▄██']);
    expect(columnLines([0, 2, 4, 8], 2, 8, GLYPHS.blocks)).toEqual(['   █', ' ▄██']);
    expect(columnLines([0, 2, 4, 8], 2, 8, GLYPHS.ascii)).toEqual(['   #', ' :##']);
  });

  it('shows the smallest step for anything above zero, and cuts at the maximum', () => {
    expect(columnLines([0.001, 99], 1, 8, GLYPHS.braille)).toEqual(['▁█']);
  });

  it('leaves a gap for null, zero, negative values and NaN', () => {
    expect(columnLines([null, 0, -3, Number.NaN, 1], 1, 1, GLYPHS.braille)).toEqual(['    █']);
  });

  it('draws nothing without a scale, a row or a value', () => {
    expect(columnLines([1, 2], 1, 0, GLYPHS.braille)).toEqual(['  ']);
    expect(columnLines([1, 2], 0, 2, GLYPHS.braille)).toEqual([]);
    expect(columnLines([], 2, 2, GLYPHS.braille)).toEqual(['', '']);
  });
});

describe('sparkline', () => {
  it('puts the newest value at the right edge', () => {
    expect(sparkline([7, 7], 5, 7, GLYPHS.braille)).toBe('   ▇▇');
    expect(sparkline([1, 2, 7, 0, 7], 3, 7, GLYPHS.braille)).toBe('▇ ▇');
  });

  it('draws equal values at equal height', () => {
    expect(sparkline([3, 3, 3], 3, 0, GLYPHS.braille)).toBe('▇▇▇');
    expect(sparkline([3, 3, 3], 3, 0, GLYPHS.ascii)).toBe('###');
  });

  it('grows its scale with values beyond the expected maximum', () => {
    expect(sparkline([30, 60], 2, 30, GLYPHS.braille)).toBe('▄▇');
  });

  it('is empty without values or room', () => {
    expect(sparkline([], 4, 30, GLYPHS.braille)).toBe('    ');
    expect(sparkline([0, null], 2, 0, GLYPHS.braille)).toBe('  ');
    expect(sparkline([1], 0, 1, GLYPHS.braille)).toBe('');
    expect(sparkline([1], -4, 1, GLYPHS.braille)).toBe('');
  });
});
