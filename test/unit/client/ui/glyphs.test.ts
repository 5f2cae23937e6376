import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';

const ASCII = /^[ -~]*$/;

describe('GLYPHS', () => {
  it('goes from empty to full', () => {
    for (const { vertical, horizontal } of Object.values(GLYPHS)) {
      expect([vertical[0], horizontal[0]]).toEqual([' ', ' ']);
      expect(new Set(vertical).size).toBe(vertical.length);
      expect(new Set(horizontal).size).toBe(horizontal.length);
    }
  });

  it('is one cell a character', () => {
    for (const { vertical, horizontal, mark, beyond, ellipsis } of Object.values(GLYPHS)) {
      for (const glyph of [...vertical, ...horizontal, mark, beyond, ellipsis]) expect(glyph).toHaveLength(1);
    }
  });

  it('is plain ASCII where nothing else is sure, in as many cells', () => {
    const { vertical, horizontal, mark, beyond, ellipsis, translate } = GLYPHS.ascii;
    expect([...vertical, ...horizontal, mark, beyond, ellipsis].join('')).toMatch(ASCII);
    expect(translate('850 µs')).toBe('850 us');
  });
});
