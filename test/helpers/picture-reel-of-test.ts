import { makeReel } from '../../server/publish/picture-reel.js';
import type { PictureReel, ReadPicture } from '../../server/publish/picture-reel.js';

/** Pictures one after the other, the first of each `gop` a key picture; the payload of each is its number. */
export function reelPictures(count: number, fps = 30, gop = count): ReadPicture[] {
  return Array.from({ length: count }, (_, index) => {
    const ticks = Math.round((index * 90_000) / fps);
    const payload = Buffer.from([index & 0xff, index >> 8, 0, 0]);
    const packets = {
      payloads: [payload],
      isKey: index % gop === 0,
      ptsTicks: ticks,
      captureTimeUs: 0,
      lengthBytes: 4,
    };
    return { packets, dtsTicks: ticks };
  });
}

/** A reel of such pictures. */
export function reelOf({ pictures, fps, gop }: { pictures: number; fps: number; gop: number }): PictureReel {
  const format = { codec: 'h264', parameterSets: [Buffer.from([0x67]), Buffer.from([0x68])] } as const;
  const reel = makeReel(format, reelPictures(pictures, fps, gop), fps, null);
  if (!reel) throw new Error('that is no reel');
  return reel;
}
