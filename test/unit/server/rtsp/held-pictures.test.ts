import { describe, expect, it } from 'vitest';
import { HeldPictures } from '../../../../server/rtsp/held-pictures.js';
import { pictureOfTest } from '../../../helpers/publisher-of-test.js';

const key = pictureOfTest(1);
const [next, third] = [pictureOfTest(2, { isKey: false }), pictureOfTest(3, { isKey: false })];

describe('HeldPictures', () => {
  it('gives the last key picture and what followed', () => {
    const held = new HeldPictures();
    for (const picture of [next, key, next, key, third]) held.add(picture);
    expect(held.take(key.captureTimeUs)).toEqual([key, third]);
    expect([held.take(key.captureTimeUs), held.lost]).toEqual([[], 3]);
  });

  it('gives nothing that is older than half a second', () => {
    const held = new HeldPictures();
    held.add(key);
    held.add(next);
    expect([held.take(key.captureTimeUs + 500_001), held.lost]).toEqual([[], 2]);
  });

  it.each([
    ['pictures', 65, {}],
    ['bytes', 9, { lengthBytes: 1024 * 1024 }],
  ])('is bounded in %s, and after a gap waits for the next key picture', (_, count, size) => {
    const held = new HeldPictures();
    held.add(pictureOfTest(0, size));
    for (let i = 1; i < count; i++) held.add(pictureOfTest(i, { isKey: false, ...size }));
    held.add(third);
    expect([held.take(key.captureTimeUs - 1e6), held.lost]).toEqual([[], count + 1]);
    held.add(key);
    expect(held.take(key.captureTimeUs)).toEqual([key]);
  });
});
