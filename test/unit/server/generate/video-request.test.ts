import { describe, expect, it } from 'vitest';
import { checkVideo, defaultGopFrames, framesIn } from '../../../../server/generate/video-request.js';
import { errorOf } from '../../../helpers/error-of.js';
import { videoRequest } from '../../../helpers/video-request.js';

describe('checkVideo', () => {
  it.each([
    [{}],
    [{ width: 4096, height: 2160 }],
    [{ codec: 'h265', outputPath: 'a.TS' }],
    [{ codec: 'mjpeg', outputPath: 'a.avi' }],
    [{ crf: 0 }],
    [{ bitrateBps: 2_000_000 }],
    [{ fps: 120, frames: 432_000 }],
  ] as const)('takes %j', (given) => {
    expect(() => checkVideo(videoRequest(given))).not.toThrow();
  });

  it.each([
    [{ width: 238 }, /from 240x136 to 4096x2160 pixels, not 238x136/],
    [{ height: 2162 }, /from 240x136/],
    [{ width: 641, height: 361 }, /must be even, not 641x361; use 642x362/],
    [{ fps: 121 }, /up to 120 fps/],
    [{ frames: 30 * 3600 + 1 }, /3600 s/],
    [{ codec: 'mjpeg', crf: 20, outputPath: 'a.mkv' }, /MJPEG has no CRF/],
    [{ crf: 20, bitrateBps: 1_000_000 }, /not both/],
    [{ outputPath: 'a.webm' }, /\.webm file is not made with h264; use \.mp4, \.mkv, \.ts/],
    [{ outputPath: 'a' }, /without an ending/],
    [{ codec: 'mjpeg', outputPath: 'a.ts' }, /\.ts file is not made with mjpeg; use \.mp4, \.mkv, \.avi/],
    [{ codec: 'h265', outputPath: 'a.avi' }, /\.avi file is not made with h265/],
  ] as const)('refuses %j', (given, message) => {
    const error = errorOf(() => checkVideo(videoRequest(given)));
    expect(error.code).toBe('BAD_USAGE');
    expect(error.message).toMatch(message);
  });
});

it('counts frames', () => {
  expect(framesIn(10, 30)).toBe(300);
  expect(framesIn(1, 30_000 / 1001)).toBe(30);
  expect(framesIn(0.001, 10)).toBe(1);
  expect(defaultGopFrames(25)).toBe(50);
  expect(defaultGopFrames(0.2)).toBe(1);
});
