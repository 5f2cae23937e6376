import { describe, expect, it } from 'vitest';
import { forEachDot, glyphRows, toFontCharacters } from '../../../../server/drawing/bitmap-font.js';

const CHARACTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !"#$%&\'()*+,-./:;<=>?@[\\]^_{|}~'];

describe('bitmap font', () => {
  it('has seven rows of at most five bits for every character', () => {
    for (const character of CHARACTERS) {
      const rows = glyphRows(character);
      expect(rows).toHaveLength(7);
      expect(rows.every((bits) => bits >= 0 && bits < 32)).toBe(true);
    }
  });

  it('draws no two characters alike', () => {
    expect(new Set(CHARACTERS.map((character) => glyphRows(character).join())).size).toBe(CHARACTERS.length);
  });

  it('keeps the leftmost dot in the highest bit', () => {
    expect(glyphRows('L')).toEqual([16, 16, 16, 16, 16, 16, 31]);
  });

  it('refuses a character it does not have', () => {
    expect(() => glyphRows('é')).toThrow(new RangeError('The bitmap font has no "é".'));
  });

  it('shows small letters as capitals and what it lacks as a question mark', () => {
    expect(toFontCharacters('Café `42`')).toBe('CAF? ?42?');
    expect(toFontCharacters('straße 🎥')).toBe('STRASSE ?');
  });

  it('places the second character six dots to the right of the first', () => {
    const dots: string[] = [];
    forEachDot('-.', (column, row) => dots.push(`${column},${row}`));
    expect(dots).toEqual(['0,3', '1,3', '2,3', '3,3', '4,3', '7,5', '8,5', '7,6', '8,6']);
  });
});
