import { describe, expect, it } from 'vitest';
import { PictureGate } from '../../../../server/rtsp/picture-gate.js';
import { pictureOfTest } from '../../../helpers/publisher-of-test.js';

const KEY = pictureOfTest(0, { lengthBytes: 10_000 });
const OTHER = pictureOfTest(0, { lengthBytes: 10_000, isKey: false });
const TOO_MUCH = 131_072;

describe('PictureGate', () => {
  it('begins with a key picture', () => {
    const gate = new PictureGate();
    expect([OTHER, KEY, OTHER].map((picture) => gate.admits(picture, 0))).toEqual([false, true, true]);
  });

  it('leaves out what does not fit, and all up to the next key picture that does', () => {
    const gate = new PictureGate();
    gate.admits(KEY, 0);
    expect(gate.admits(OTHER, TOO_MUCH - 10_000)).toBe(true);
    expect(gate.admits(OTHER, TOO_MUCH - 9999)).toBe(false);
    expect(gate.admits(OTHER, 0)).toBe(false);
    expect(gate.admits(KEY, TOO_MUCH)).toBe(false);
    expect(gate.admits(OTHER, 0)).toBe(false);
    expect(gate.admits(KEY, 0)).toBe(true);
    expect(gate.admits(OTHER, 0)).toBe(true);
  });

  it('admits a picture larger than the limit when nothing waits', () => {
    const gate = new PictureGate();
    const large = pictureOfTest(0, { lengthBytes: 1_000_000 });
    expect(gate.admits(large, 0)).toBe(true);
    expect(gate.admits(large, 1)).toBe(false);
  });

  it('lets half a second of a stream wait, up to 8 MiB, once it knows the rate', () => {
    const gate = new PictureGate();
    const play = (pictures: number, lengthBytes: number, from = 0) => {
      for (let index = 0; index < pictures; index += 1)
        gate.admits({ ...KEY, lengthBytes, ptsTicks: (from + index) * 3000 }, 0);
    };
    expect(gate.admits(KEY, 900_000)).toBe(false);
    play(31, 66_667);
    expect(gate.admits({ ...KEY, ptsTicks: 93_000 }, 900_000)).toBe(true);
    expect(gate.admits({ ...KEY, ptsTicks: 93_000 }, 1_000_000)).toBe(false);
    play(40, 2_000_000, 32);
    expect(gate.admits({ ...KEY, ptsTicks: 216_000 }, 8_300_000)).toBe(true);
    expect(gate.admits({ ...KEY, ptsTicks: 216_000 }, 8_400_000)).toBe(false);
  });

  it('measures anew after a leap of the times', () => {
    const gate = new PictureGate();
    for (const ptsTicks of [0, 9e9, 3000, -9e9, NaN, 6000]) gate.admits({ ...KEY, ptsTicks, lengthBytes: 1e6 }, 0);
    expect(gate.admits({ ...KEY, ptsTicks: 9000 }, TOO_MUCH)).toBe(false);
  });
});
