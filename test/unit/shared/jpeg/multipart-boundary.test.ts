import { describe, expect, it } from 'vitest';

import { boundaryOf } from '../../../../shared/jpeg/multipart-boundary.js';

describe('boundaryOf', () => {
  it.each([
    ['multipart/x-mixed-replace;boundary=frame', 'frame'],
    ['multipart/x-mixed-replace; boundary=--myboundary', '--myboundary'],
    ['multipart/x-mixed-replace; boundary="frame"', 'frame'],
    ['multipart/x-mixed-replace; boundary="a;b c"', 'a;b c'],
    ['multipart/x-mixed-replace; boundary="a\\"b"', 'a"b'],
    ['multipart/x-mixed-replace; boundary="frame', 'frame'],
    ['multipart/x-mixed-replace; BOUNDARY = frame ; charset=utf-8', 'frame'],
    ['multipart/x-mixed-replace; charset=utf-8; boundary=frame', 'frame'],
    ['multipart/x-mixed-replace boundary=frame', 'frame'],
    ['multipart/x-mixed-replace;boundary=a=b:c', 'a=b:c'],
  ])('of %s', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });

  it.each([
    ['image/jpeg'],
    [''],
    ['multipart/x-mixed-replace'],
    ['multipart/x-mixed-replace; boundary='],
    ['multipart/x-mixed-replace; boundary=""'],
    ['multipart/x-mixed-replace; xboundary=frame'],
    [`multipart/x-mixed-replace; boundary=${'x'.repeat(201)}`],
  ])('is null for %j', (contentType) => {
    expect(boundaryOf(contentType)).toBeNull();
  });
});
