import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByteRange } from '../../../../server/api/byte-range.js';

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=0-99', { first: 0, last: 99 }],
    ['bytes=10-', { first: 10, last: 99 }],
    ['bytes=10-5000', { first: 10, last: 99 }],
    ['bytes=99-', { first: 99, last: 99 }],
    ['bytes=-1', { first: 99, last: 99 }],
    ['bytes=-500', { first: 0, last: 99 }],
    ['BYTES=1-2', { first: 1, last: 2 }],
    [' bytes=1-2 ', { first: 1, last: 2 }],
  ])('takes %s of 100 bytes', (header, range) => {
    expect(parseByteRange(header, 100)).toEqual(range);
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0'])('cannot satisfy %s of 100 bytes', (header) => {
    expect(parseByteRange(header, 100)).toBe('unsatisfiable');
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['no numbers', 'bytes=-'],
    ['an end before the begin', 'bytes=5-4'],
    ['several ranges', 'bytes=0-1,5-6'],
    ['another unit', 'lines=0-1'],
    ['signs', 'bytes=+0-1'],
    ['letters', 'bytes=a-b'],
    ['a number that no file reaches', 'bytes=0-9999999999999999'],
  ])('sends all for %s', (_, header) => {
    expect(parseByteRange(header, 100)).toBeNull();
  });

  it('has nothing in an empty file', () => {
    expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseByteRange('bytes=-5', 0)).toBe('unsatisfiable');
  });

  it('never leads out of the file, whatever the header says', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,18}-\d{0,18}$/));
    fc.assert(
      fc.property(header, fc.nat(), (text, size) => {
        const range = parseByteRange(text, size);
        if (range === null || range === 'unsatisfiable') return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.first).toBeLessThanOrEqual(range.last);
        expect(range.last).toBeLessThan(size);
      }),
    );
  });
});
