import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapped } from '../../../../client/report/wrapped.js';

describe('wrapped', () => {
  it('breaks at spaces, and indents what follows', () => {
    expect(wrapped('  Note: the quick brown fox jumps over the lazy dog', 40, '    ')).toEqual([
      '  Note: the quick brown fox jumps over',
      '    the lazy dog',
    ]);
  });

  it('leaves a long word whole', () => {
    const url = `http://host/${'x'.repeat(60)}`;
    expect(wrapped(`see ${url} there`, 40, '  ')).toEqual(['see', `  ${url}`, '  there']);
  });

  it('keeps every word, and every line within its width', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 0, max: 120 }), (words, columns) => {
        const lines = wrapped(words.join(' '), columns, '  ');
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(40, columns));
      }),
    );
  });
});
