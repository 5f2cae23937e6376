import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../server/sample/picture.js';
import { findFfmpeg, type FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readCounter } from '../helpers/read-counter.js';

const SAMPLE_PATH = fileURLToPath(new URL('../../videos/sample.mp4', import.meta.url));

let binaries: FfmpegBinaries;

beforeAll(async () => {
  binaries = await findFfmpeg(process.env);
});

describe('videos/sample.mp4', () => {
  it('is 12 seconds of 720p30 H.264 without sound, in less than 1.5 MB', async () => {
    const args = ['-v', 'error', '-show_streams', '-of', 'json', SAMPLE_PATH];
    const { stdout } = await execa(binaries.ffprobePath, args);
    const { streams } = JSON.parse(stdout);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({
      codec_name: 'h264',
      pix_fmt: 'yuv420p',
      width: SAMPLE.width,
      height: SAMPLE.height,
      r_frame_rate: '30/1',
      avg_frame_rate: '30/1',
      nb_frames: '360',
      duration: '12.000000',
      start_time: '0.000000',
      has_b_frames: 0,
    });
    expect((await stat(SAMPLE_PATH)).size).toBeLessThan(1_500_000);
  });

  it('has a key frame each second', async () => {
    const args = ['-v', 'error', '-show_entries', 'packet=flags', '-of', 'csv=p=0', SAMPLE_PATH];
    const { stdout } = await execa(binaries.ffprobePath, args);
    const keyFrames = stdout.split('\n').flatMap((flags, index) => (flags.startsWith('K') ? [index] : []));
    expect(keyFrames).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330]);
  });

  it('shows the frame number in every frame, also after it was scaled', async () => {
    const [width, height] = [640, 360];
    const output = ['-vf', `scale=${width}:${height}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
    const args = ['-v', 'error', '-i', SAMPLE_PATH, ...output];
    const { stdout } = await execa(binaries.ffmpegPath, args, { encoding: 'buffer', maxBuffer: 400_000_000 });
    const frameBytes = width * height * 3;
    expect(stdout.length).toBe(SAMPLE.frames * frameBytes);
    const numbers = Array.from({ length: SAMPLE.frames }, (_, index) =>
      readCounter(stdout.subarray(index * frameBytes, (index + 1) * frameBytes), width, height),
    );
    expect(numbers).toEqual(Array.from({ length: SAMPLE.frames }, (_, index) => index));
  });
});
