import { describe, expect, it } from 'vitest';
import { oldFfmpegWarning, parseFfmpegVersion, readFfmpegVersion } from '../../../../shared/ffmpeg/ffmpeg-version.js';

const VSYNC = ['-vsync', '0'];
const FPS_MODE = ['-fps_mode', 'passthrough'];

describe('parseFfmpegVersion', () => {
  it.each([
    ['N-47683-g0e8eb07980-static', '58. 42.101 / 58. 42.101', VSYNC, '-stimeout', true],
    ['4.3.8-0+deb11u1', '58. 91.100 / 58. 91.100', VSYNC, '-stimeout', true],
    ['4.4.2-0ubuntu0.22.04.1', '58.134.100 / 58.134.100', VSYNC, '-stimeout', false],
    ['5.1.9-0+deb12u1', '59. 37.100 / 59. 37.100', VSYNC, '-timeout', false],
    ['6.0', '60.  3.100 / 60.  3.100', FPS_MODE, '-timeout', false],
    ['n9.0.2-17-g2a571b6068', '63.  1.102 / 63.  1.102', FPS_MODE, '-timeout', false],
  ] as const)('knows the options of %s', (name, libavcodec, passEveryFrame, rtspTimeoutOption, isDated) => {
    const output = `ffmpeg version ${name} Copyright (c) 2000-2026 the FFmpeg developers\nlibavcodec     ${libavcodec}\n`;
    expect(parseFfmpegVersion(output)).toEqual({ name, passEveryFrame, rtspTimeoutOption, isDated });
  });

  it('takes a build that tells nothing for a new one', () => {
    const newest = { passEveryFrame: FPS_MODE, rtspTimeoutOption: '-timeout', isDated: false };
    expect(parseFfmpegVersion('something else')).toEqual({ name: 'unknown', ...newest });
  });
});

describe('oldFfmpegWarning', () => {
  const version = { name: '3.4', passEveryFrame: VSYNC, rtspTimeoutOption: '-stimeout' } as const;

  it('says what to do about an old one, and nothing about others', () => {
    expect(oldFfmpegWarning({ ...version, isDated: true })).toBe(
      'FFmpeg 3.4 is old: for network sources install a current one (it knows SRT, and its known holes are closed).',
    );
    expect(oldFfmpegWarning({ ...version, isDated: false })).toBeNull();
  });
});

describe('readFfmpegVersion', () => {
  it('says what to do when the program does not run', async () => {
    await expect(readFfmpegVersion('/nonexistent/ffmpeg')).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });
});
