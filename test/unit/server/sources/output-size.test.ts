import { describe, expect, it } from 'vitest';
import { isTooLarge, outputSize } from '../../../../server/sources/output-size.js';
import { errorOf } from '../../../helpers/error-of.js';

const HD = { width: 1920, height: 1080 };

describe('outputSize', () => {
  it.each([
    [HD, null, null, HD],
    [HD, 640, 480, { width: 640, height: 480 }],
    [HD, 640, null, { width: 640, height: 360 }],
    [HD, null, 720, { width: 1280, height: 720 }],
    [{ width: 853, height: 480 }, 640, null, { width: 640, height: 360 }],
    [{ width: 1366, height: 768 }, null, 300, { width: 534, height: 300 }],
    [{ width: 2, height: 3 }, 3, null, { width: 3, height: 5 }],
    [{ width: 8192, height: 2 }, 2, null, { width: 2, height: 1 }],
    [{ width: 1, height: 1 }, null, null, { width: 1, height: 1 }],
    [{ width: 4, height: 2 }, 3840, null, { width: 3840, height: 1920 }],
  ])('of %o with width %s and height %s is %o', (source, width, height, expected) => {
    expect(outputSize(source, { width, height })).toEqual(expected);
  });

  it('takes nothing but width and height over from the source', () => {
    const probe = { ...HD, fps: 30 };
    expect(outputSize(probe, { width: null, height: null })).toEqual(HD);
  });

  it('refuses a side that the aspect ratio makes too long', () => {
    const error = errorOf(() => outputSize({ width: 16, height: 4320 }, { width: 8192, height: null }));
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).toBe(
      'Frames of 8192x2211840 pixels are too large; give both --width and --height, or smaller ones.',
    );
  });
});

describe('isTooLarge', () => {
  it.each([
    [{ width: 65_500, height: 1 }, false],
    [{ width: 65_501, height: 1 }, true],
    [{ width: 1, height: 65_501 }, true],
    [{ width: 16_384, height: 8_704 }, false],
    [{ width: 16_384, height: 8_705 }, true],
  ])('of %o is %s', (size, expected) => {
    expect(isTooLarge(size)).toBe(expected);
  });
});
