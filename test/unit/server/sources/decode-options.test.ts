import { describe, expect, it } from 'vitest';
import { decoderOptions, rawVideoOptions, scaleFilter } from '../../../../server/sources/decode-options.js';

const OPTIONS = { ffmpegPath: 'ffmpeg', hwaccel: 'none', passEveryFrame: [], maxBuffers: 5 };

describe('decoderOptions', () => {
  it.each([
    [{ width: 1920, height: 1080 }, 60, '1'],
    [{ width: 1920, height: 1080 }, 61, '0'],
    [{ width: 3840, height: 2160 }, 15, '1'],
    [{ width: 3840, height: 2160 }, 30, '0'],
    [{ width: 1, height: 1 }, 240, '1'],
  ])('for %o at %d fps has %s threads (0: as FFmpeg likes)', (size, fps, threads) => {
    expect(decoderOptions(OPTIONS, size, fps)).toEqual(['-threads', threads]);
  });

  it('names the hardware decoder first', () => {
    const options = decoderOptions({ ...OPTIONS, hwaccel: 'vaapi' }, { width: 640, height: 480 }, 30);
    expect(options).toEqual(['-hwaccel', 'vaapi', '-threads', '1']);
  });
});

describe('scaleFilter', () => {
  it('names the size', () => {
    expect(scaleFilter({ width: 63, height: 47 })).toBe('scale=63:47');
  });
});

describe('rawVideoOptions', () => {
  const onlyVideo = ['-an', '-sn', '-dn', '-map', '0:v:0'];
  const raw = ['-pix_fmt', 'rgb24', '-c:v', 'rawvideo', '-f', 'rawvideo'];

  it('takes the filters in their order', () => {
    expect(rawVideoOptions(['fps=5', 'scale=4:3'])).toEqual([...onlyVideo, '-filter:v', 'fps=5,scale=4:3', ...raw]);
  });

  it('names no filter where there is none', () => {
    expect(rawVideoOptions([])).toEqual([...onlyVideo, ...raw]);
  });
});
