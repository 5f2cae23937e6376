import { describe, expect, it } from 'vitest';
import { bigText } from '../../../../client/ui/big-text.js';

describe('bigText', () => {
  it('draws digits three lines high', () => {
    expect(bigText('12.4 ms')).toEqual([
      '▄█  ▀▀█   █ █           ▄▄',
      ' █  █▀▀   ▀▀█    █▀█▀▄ ▀▄▄',
      '▀▀▀ ▀▀▀ ▀   ▀    ▀ ▀ ▀ ▀▀ ',
    ]);
  });

  it('has a glyph of even width for every character of a duration', () => {
    for (const character of '0123456789.-±dhmsµ') {
      const lines = bigText(character);
      expect(new Set(lines.map((line) => line.length)).size).toBe(1);
      expect(lines.join('').trim()).not.toBe('');
    }
  });

  it('draws every digit in its own way', () => {
    expect(new Set([...'0123456789'].map((digit) => bigText(digit).join('\n'))).size).toBe(10);
  });

  it('leaves what it does not know blank', () => {
    expect(bigText('☃').join('').trim()).toBe('');
    expect(bigText('')).toEqual(['', '', '']);
  });
});
