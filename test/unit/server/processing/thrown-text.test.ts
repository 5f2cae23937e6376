import { describe, expect, it } from 'vitest';
import { thrownText } from '../../../../server/processing/thrown-text.js';

describe('thrownText', () => {
  it.each([
    [new Error('broken'), 'broken'],
    [new RangeError(''), 'RangeError'],
    ['plain', 'plain'],
    [null, 'null'],
    [{ toString: () => 'an object' }, 'an object'],
    [new Error('two\nlines\u001b'), 'two lines\uFFFD'],
    [new Error('rtsp://admin:secret@camera/1'), 'rtsp://admin:***@camera/1'],
    [Object.create(null), 'something that cannot be shown was thrown'],
    [new Error('x'.repeat(600)), `${'x'.repeat(500)}…`],
  ])('makes one safe line of %o', (thrown, text) => {
    expect(thrownText(thrown)).toBe(text);
  });
});
