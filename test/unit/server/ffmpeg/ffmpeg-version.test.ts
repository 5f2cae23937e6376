import { describe, expect, it } from 'vitest';
import { parseFfmpegVersion, readFfmpegVersion } from '../../../../server/ffmpeg/ffmpeg-version.js';

const OLDEST = { passEveryFrame: ['-vsync', '0'], rtspTimeoutOption: '-stimeout' };
const OLD = { passEveryFrame: ['-vsync', '0'], rtspTimeoutOption: '-timeout' };
const NEW = { passEveryFrame: ['-fps_mode', 'passthrough'], rtspTimeoutOption: '-timeout' };

describe('parseFfmpegVersion', () => {
  it.each([
    ['N-47683-g0e8eb07980-static', '58. 35.100 / 58. 35.100', OLDEST],
    ['5.1.9-0+deb12u1', '59. 37.100 / 59. 37.100', OLD],
    ['6.0', '60.  3.100 / 60.  3.100', NEW],
    ['n9.0.2-17-g2a571b6068', '63.  1.102 / 63.  1.102', NEW],
  ])('knows the options of %s', (name, libavcodec, options) => {
    const output = `ffmpeg version ${name} Copyright (c) 2000-2026 the FFmpeg developers\nlibavcodec     ${libavcodec}\n`;
    expect(parseFfmpegVersion(output)).toEqual({ name, ...options });
  });

  it('takes a build that tells nothing for a new one', () => {
    expect(parseFfmpegVersion('something else')).toEqual({ name: 'unknown', ...NEW });
  });
});

describe('readFfmpegVersion', () => {
  it('says what to do when the program does not run', async () => {
    await expect(readFfmpegVersion('/nonexistent/ffmpeg')).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });
});
