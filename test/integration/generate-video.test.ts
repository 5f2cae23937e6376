import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { generateVideo } from '../../server/generate/generate-video.js';
import { VIDEO_PATTERNS } from '../../server/generate/video-request.js';
import type { VideoRequest } from '../../server/generate/video-request.js';
import { findFfmpeg, type FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { TimecodeReader } from '../../shared/timecode/timecode-reader.js';
import { TinyDisk } from '../helpers/tiny-disk.js';
import { videoRequest } from '../helpers/video-request.js';

const execute = promisify(execFile);

let folder: string;
let binaries: FfmpegBinaries;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-'));
  binaries = await findFfmpeg(process.env);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Makes a video in the folder of the test and returns its path. */
async function made(name: string, given: Partial<VideoRequest>): Promise<string> {
  const outputPath = join(folder, name);
  await generateVideo(videoRequest({ ...given, outputPath, mayOverwrite: true }), binaries);
  return outputPath;
}

/** The timecode of every frame of a video, as our own reader finds it. */
async function codesOf(path: string, { width, height }: { width: number; height: number }) {
  const args = ['-v', 'error', '-i', path, '-vf', 'format=gray', '-f', 'rawvideo', '-'];
  const { stdout } = await execute(binaries.ffmpegPath, args, { encoding: 'buffer', maxBuffer: 1e9 });
  const reader = new TimecodeReader();
  return Array.from({ length: stdout.length / (width * height) }, (_, frame) =>
    reader.read(stdout.subarray(frame * width * height, (frame + 1) * width * height), width, height),
  );
}

/** What ffprobe says of the video and of its frames. */
async function probed(path: string) {
  const entries =
    'stream=codec_name,pix_fmt,r_frame_rate,has_b_frames,nb_read_frames:frame=key_frame,pict_type,pts_time';
  const args = ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path];
  const { stdout } = await execute(binaries.ffprobePath, args, { maxBuffer: 1e8 });
  return JSON.parse(stdout) as {
    streams: Record<string, unknown>[];
    frames: { key_frame: number; pict_type: string; pts_time: string }[];
  };
}

const SIZE = { width: 640, height: 360 };
const CODECS = [
  ['h264', 'a.mp4', 'h264', 'yuv420p'],
  ['h265', 'b.mkv', 'hevc', 'yuv420p'],
  ['mjpeg', 'c.avi', 'mjpeg', 'yuvj420p'],
] as const;

describe.each(CODECS)('a video of %s in %s', (codec, name, codecName, pixelFormat) => {
  it('shows the number and the time of every frame, and begins each group with a key frame', async () => {
    const path = await made(name, { ...SIZE, codec, pattern: 'natural', frames: 45, gopFrames: 15 });
    expect(await codesOf(path, SIZE)).toEqual(
      Array.from({ length: 45 }, (_, counter) => ({
        ...{ kind: 'media', timeUs: Math.round((counter * 1_000_000) / 30), counter },
      })),
    );
    const { streams, frames } = await probed(path);
    expect(streams).toEqual([
      { codec_name: codecName, pix_fmt: pixelFormat, r_frame_rate: '30/1', has_b_frames: 0, nb_read_frames: '45' },
    ]);
    expect(frames.map(({ pict_type }) => pict_type)).not.toContain('B');
    const keys = frames.flatMap(({ key_frame }, index) => (key_frame === 1 ? [index] : []));
    expect(keys).toEqual(codec === 'mjpeg' ? frames.map((_, index) => index) : [0, 15, 30]);
    expect(Number(frames[0]?.pts_time)).toBe(0);
  });

  it('has the same bytes each time, and no date', async () => {
    const [first, second] = await Promise.all([
      made(`1-${name}`, { codec, pattern: 'shapes' }),
      made(`2-${name}`, { codec, pattern: 'shapes' }),
    ]);
    const bytes = await readFile(first);
    expect(bytes.equals(await readFile(second))).toBe(true);
    const args = ['-v', 'error', '-show_entries', 'format_tags', '-of', 'json', first];
    const { stdout } = await execute(binaries.ffprobePath, args);
    expect(stdout).not.toMatch(/creation_time|date|Lavf\d/i);
  });
});

describe('generateVideo', () => {
  it.each(VIDEO_PATTERNS)('makes %s so that every timecode is read', async (pattern) => {
    const path = await made(`${pattern}.ts`, { ...SIZE, pattern, frames: 12, noisePercent: 100 });
    const codes = await codesOf(path, SIZE);
    expect(codes.map((code) => code?.counter)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  it('keeps the bitrate that it is given', async () => {
    const path = await made('rate.ts', { pattern: 'noise', noisePercent: 100, bitrateBps: 600_000, frames: 90 });
    const { length } = await readFile(path);
    // 3 s of 600 kbit/s; noise would take more, and the container takes some for itself.
    expect(length).toBeGreaterThan(150_000);
    expect(length).toBeLessThan(340_000);
  });

  // In Matroska FFmpeg notices it only when it closes the file, and exits with 0.
  it.each(['mkv', 'mp4'])('says so when the disk is full, and leaves no %s', async (ending) => {
    const disk = await TinyDisk.mount('200k');
    if (!disk) return;
    onTestFinished(() => disk.stop());
    const request = videoRequest({ pattern: 'noise', noisePercent: 100, outputPath: join(disk.path, `a.${ending}`) });
    await expect(generateVideo(request, binaries)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(disk.path)).toEqual([]);
  });
});
