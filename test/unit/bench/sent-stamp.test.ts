import { describe, expect, it } from 'vitest';
import { completeJpeg } from '../../../shared/jpeg/complete-jpeg.js';
import { sentTimeUs, STAMP_BYTES, stampedJpeg } from '../../bench/sent-stamp.js';
import { builtJpeg } from '../../helpers/built-jpeg.js';

describe('the stamp of the cameras of the benchmark', () => {
  it('tells when a JPEG was sent, to the microsecond', () => {
    const jpeg = Buffer.concat(stampedJpeg(builtJpeg(), 123_456_789_012_345));
    expect(sentTimeUs(jpeg)).toBe(123_456_789_012_345);
  });

  it('adds as many bytes as it says', () => {
    const jpeg = builtJpeg();
    expect(Buffer.concat(stampedJpeg(jpeg, 1))).toHaveLength(jpeg.length + STAMP_BYTES);
  });

  it('leaves a JPEG that is passed on byte for byte', () => {
    const stamped = Buffer.concat(stampedJpeg(builtJpeg(), 1));
    expect(completeJpeg(stamped).jpeg.equals(stamped)).toBe(true);
  });

  it('is missing from a JPEG that was not stamped, and from what is too short for one', () => {
    expect(sentTimeUs(builtJpeg())).toBeNull();
    expect(sentTimeUs(Buffer.concat(stampedJpeg(builtJpeg(), 1)).subarray(0, STAMP_BYTES + 1))).toBeNull();
    expect(sentTimeUs(Buffer.alloc(0))).toBeNull();
  });
});
