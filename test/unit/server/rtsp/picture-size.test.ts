import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoFormat } from '../../../../server/rtsp/coded-video.js';
import { pictureSize } from '../../../../server/rtsp/picture-size.js';

const hex = (text: string) => Buffer.from(text, 'hex');

function format(codec: VideoFormat['codec'], sps: string): VideoFormat {
  return { codec, parameterSets: [hex('68ebe3cb22c0'), hex(sps)] };
}

describe('pictureSize', () => {
  // SPS that libx264, libopenh264 and libx265 wrote.
  it.each([
    ['4:2:0, cropped', '6764001eacd940d83de6f011000003000100000300320f162d96', 854, 480],
    ['4:4:4', '67f4001e919b281405ff1380880000030008000003019078b16cb0', 640, 360],
    ['4:2:2, cropped', '677a001ebcd940a42fe227c044000003000400000300c83c58b658', 642, 362],
    ['interlaced', '67640028acd94078044fde0220000003002000000643e2c5b2c0', 1920, 1080],
    ['baseline', '6742c00dd9014087e23011000003000100000300320f142a48', 320, 242],
    ['with scaling lists', '6764000dacd94141fb011000000300100000030320f1429960', 320, 240],
    ['of another encoder', '6742c0148c68141f30101e1108d4', 320, 240],
  ])('reads H.264, %s', (_, sps, width, height) => {
    expect(pictureSize(format('h264', sps))).toEqual({ width, height });
  });

  it.each([
    ['4:2:0', '42010101600000030090000003000003003fa005120171c9265959a4932bc05a020000030002000003003210', 642, 362],
    ['4:4:4', '4201010408000003009e0800000300003f9000a2402e39a232cacd24995e02d0100000030010000003019080', 643, 361],
    ['10 bits', '420101022000000300900000030000030078a003c08010e4d96566924caf016808000003000800000300c840', 1920, 1080],
  ])('reads H.265, %s', (_, sps, width, height) => {
    // The PPS of the format is none of H.265, which must not matter.
    expect(pictureSize(format('h265', sps))).toEqual({ width, height });
  });

  it('knows nothing where there is no SPS, or no whole one', () => {
    expect(pictureSize({ codec: 'h264', parameterSets: [hex('68ebe3cb22c0')] })).toBeNull();
    expect(pictureSize({ codec: 'mjpeg', parameterSets: [] })).toBeNull();
    expect(pictureSize(format('h264', '6764001eacd9'))).toBeNull();
    // A number of more than 32 bits.
    expect(pictureSize(format('h264', `6742001e${'00ff'.repeat(2)}${'00'.repeat(20)}`))).toBeNull();
  });

  it('never throws, and never says a size that cannot be', () => {
    const sps = fc.tuple(fc.constantFrom('67', '6764', '4201'), fc.uint8Array({ maxLength: 80 }));
    fc.assert(
      fc.property(sps, fc.constantFrom('h264', 'h265'), ([head, bytes], codec) => {
        const size = pictureSize(format(codec, head + Buffer.from(bytes).toString('hex')));
        if (size) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
