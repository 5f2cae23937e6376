import { describe, expect, it } from 'vitest';
import { colorOf, createPaint } from '../../../../client/ui/paint.js';

describe('createPaint', () => {
  it('paints in the colours there are and gives the colour back', () => {
    expect(createPaint('true')('12', 'bad')).toBe('\x1b[38;5;160m12\x1b[39m');
    expect(createPaint('256')('12', 'bad')).toBe('\x1b[38;5;160m12\x1b[39m');
    expect(createPaint('16')('12', 'bad')).toBe('\x1b[38;5;1m12\x1b[39m');
    expect(createPaint('none')('12', 'bad')).toBe('12');
  });

  it('makes the strong bold, in the terminal’s own colour', () => {
    for (const depth of ['none', '16', '256', 'true'] as const) {
      expect(createPaint(depth)('12', 'strong')).toBe('\x1b[1m12\x1b[22m');
    }
  });

  it('tells p50 and p99 apart', () => {
    for (const depth of ['16', '256', 'true'] as const) expect(colorOf('p50', depth)).not.toBe(colorOf('p99', depth));
  });
});
