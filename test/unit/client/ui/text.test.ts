import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { longestFitting, safeText, shortened } from '../../../../client/ui/text.js';

describe('safeText', () => {
  it.each([
    ['cam1', 'cam1'],
    ['Küche Ω Кухня', 'Küche Ω Кухня'],
    ['\x1b[31mred\x1b[0m', '?[31mred?[0m'],
    ['\x1b]0;title\x07', '?]0;title?'],
    ['two\r\nlines\tand tabs', 'two lines and tabs'],
    ['\u009b31m', '?31m'],
    ['摄像头', '???'],
    ['\u{1f4f7} cam', '? cam'],
    ['e\u0301', 'e?'],
    ['\u202egnp.exe', '?gnp.exe'],
    ['soft\u00adhyphen', 'soft?hyphen'],
  ])('makes %j into %j', (text, safe) => {
    expect(safeText(text)).toBe(safe);
  });

  it('lets no control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex
        expect(safeText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('shortened', () => {
  it('cuts with an ellipsis only what is too long', () => {
    expect(shortened('abcdef', 6, GLYPHS.braille)).toBe('abcdef');
    expect(shortened('abcdef', 5, GLYPHS.braille)).toBe('abcd…');
    expect(shortened('abcdef', 5, GLYPHS.ascii)).toBe('abcd~');
    expect(shortened('abcdef', 1, GLYPHS.ascii)).toBe('~');
    expect(shortened('abcdef', 0, GLYPHS.ascii)).toBe('');
    expect(shortened('abcdef', -3, GLYPHS.ascii)).toBe('');
  });
});

describe('longestFitting', () => {
  it('takes the first that fits', () => {
    expect(longestFitting(['long text', 'text', 't'], 9)).toBe('long text');
    expect(longestFitting(['long text', 'text', 't'], 8)).toBe('text');
  });

  it('cuts the last one when none fits', () => {
    expect(longestFitting(['long text', 'text'], 2)).toBe('te');
    expect(longestFitting([], 2)).toBe('');
  });
});
