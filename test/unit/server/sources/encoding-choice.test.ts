import { describe, expect, it } from 'vitest';
import { chooseEncoding, isJpegPassedOn } from '../../../../server/sources/encoding-choice.js';
import type { WantedPicture } from '../../../../server/sources/encoding-choice.js';

const NOTHING: WantedPicture = { width: null, height: null, quality: null, isProcessed: false };
const OWN = { width: 640, height: 480 };
const PASSED_ON = 'the source is JPEG and nothing else was asked for';

describe('chooseEncoding and isJpegPassedOn', () => {
  it.each<[Partial<WantedPicture>, string]>([
    [{}, PASSED_ON],
    [{ width: 640 }, PASSED_ON],
    [{ height: 480 }, PASSED_ON],
    [OWN, PASSED_ON],
    [{ width: 641 }, 'size 641xauto was asked for'],
    [{ height: 481 }, 'size autox481 was asked for'],
    [{ width: 640, height: 481 }, 'size 640x481 was asked for'],
    [{ quality: 80, width: 320 }, 'quality 80 was asked for'],
    [{ isProcessed: true, quality: 80, width: 320 }, 'a processor works on the pixels'],
  ])('agree on a JPEG of 640x480 of which %j is asked: %s', (asked, reason) => {
    const wanted = { ...NOTHING, ...asked };
    const isPassedOn = reason === PASSED_ON;
    const mode = isPassedOn ? 'pass-through' : 'encoded';
    expect(chooseEncoding(wanted, { codec: 'mjpeg', ...OWN })).toEqual({ mode, reason });
    expect(isJpegPassedOn(wanted, OWN)).toBe(isPassedOn);
  });

  it('encodes every other codec, and does not know before the source was reached', () => {
    expect(chooseEncoding(NOTHING, { codec: 'h264', ...OWN })).toEqual({
      mode: 'encoded',
      reason: 'the source is h264',
    });
    expect(chooseEncoding(NOTHING, { codec: null, width: 0, height: 0 })).toEqual({
      mode: 'unknown',
      reason: 'the source was not reached yet',
    });
  });
});
