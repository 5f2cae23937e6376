import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { runFfprobe } from '../../shared/ffmpeg/ffprobe.js';
import { Recorder } from '../../server/recording/recorder.js';
import type { RecorderParts } from '../../server/recording/recorder.js';
import { CameraOfTest, noisyJpeg, numberedJpeg } from '../helpers/camera-of-test.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { decodeAll, readFrames, readSidecar } from '../helpers/recorded-file.js';
import { until } from '../helpers/until.js';

const { ffmpegPath, ffprobePath } = await findFfmpeg(process.env);
const START_US = Date.UTC(2026, 10, 21, 3, 15) * 1000;
const SECOND_US = 1_000_000;
const INTERVAL_US = 40_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'recording-mp4-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('an MP4', () => {
  it('is H.264 that every player takes, with a key frame a second', async () => {
    const { recorder, publish, files } = await record();
    for (let sequence = 0; sequence < 60; sequence += 1) publish(sequence);
    await recorder.stop();
    const [file] = await files();
    const entries = [
      '-show_entries',
      'stream=codec_name,profile,level,width,height,pix_fmt,color_range',
      '-of',
      'json',
    ];
    const { streams } = JSON.parse(await runFfprobe(ffprobePath, file!, entries, undefined)) as { streams: unknown[] };
    expect(streams).toEqual([
      {
        codec_name: 'h264',
        profile: 'High',
        width: 64,
        height: 48,
        pix_fmt: 'yuv420p',
        level: 10,
        color_range: 'tv',
      },
    ]);
    const frames = await readFrames(ffprobePath, file!);
    expect(frames.map(({ timeUs }) => timeUs)).toEqual(frames.map((_, index) => index * INTERVAL_US));
    const keys = frames.flatMap(({ isKey }, index) => (isKey ? [index] : []));
    expect(keys).toEqual([0, 25, 50]);
  });

  it('has no burst of key frames behind a gap', async () => {
    const { recorder, publish, files } = await record();
    for (let sequence = 0; sequence < 40; sequence += 1) {
      publish(sequence, { atUs: sequence * INTERVAL_US + (sequence < 10 ? 0 : 30 * SECOND_US) });
    }
    await recorder.stop();
    const frames = await readFrames(ffprobePath, (await files())[0]!);
    expect(frames.flatMap(({ isKey }, index) => (isKey ? [index] : []))).toEqual([0, 10, 35]);
  });

  it('of an odd size gets a row and a column more', async () => {
    const { recorder, camera, files } = await record();
    const size = { width: 65, height: 49 };
    const jpeg = await numberedJpeg(1, 65, 49);
    for (let sequence = 0; sequence < 5; sequence += 1) {
      camera.publish({ sequence, captureTimeUs: START_US + sequence * INTERVAL_US, jpeg, ...size });
    }
    await recorder.stop();
    const [file] = await files();
    const shown = await runFfprobe(
      ffprobePath,
      file!,
      ['-show_entries', 'stream=width,height', '-of', 'csv'],
      undefined,
    );
    expect(shown.trim()).toBe('stream,66,50');
    expect(await decodeAll(ffmpegPath, file!)).toEqual({ frames: 5, complaints: '' });
  });
});

describe.skipIf(process.platform === 'win32')('Ctrl+C', () => {
  it('reaches the server alone, which then gives FFmpeg the rest', async () => {
    const { recorder, publish } = await record();
    publish(0);
    await until(() => recorder.status().frames === 1);
    await until(async () => (await childrenNamed('ffmpeg')).length === 1);
    const [pid] = await childrenNamed('ffmpeg');
    const { stdout } = await execa('ps', ['-o', 'pgid=', '-p', String(pid)]);
    expect(Number(stdout)).toBe(pid);
    await recorder.stop();
  });
});

describe('an FFmpeg that dies', () => {
  it('costs what it held; the recording goes on in another file', async () => {
    const { recorder, publish, clock, files, log } = await record();
    for (let sequence = 0; sequence < 40; sequence += 1) publish(sequence);
    await until(() => recorder.status().frames === 40);
    await until(async () => (await readFrames(ffprobePath, (await files())[0]!).catch(() => [])).length >= 20);
    for (const pid of await childrenNamed('ffmpeg')) process.kill(pid, 'SIGKILL');
    // Whether a frame finds it gone at once or only the next, every one is either in a file or counted.
    let sequence = 40;
    await until(() => {
      publish(sequence);
      sequence += 1;
      return log.messages('error').length > 0;
    });
    clock.advance(SECOND_US);
    await until(() => recorder.status().frames + recorder.status().droppedFrames === sequence);
    publish(sequence);
    await recorder.stop();
    expect(log.messages('error')).toEqual(['recording goes on in another file']);
    const [first, second, ...more] = await files();
    expect(more).toEqual([]);
    const [before, after] = [await readFrames(ffprobePath, first!), await readFrames(ffprobePath, second!)];
    expect(before.map(({ timeUs }) => timeUs)).toEqual(before.map((_, index) => index * INTERVAL_US));
    const [header, gap, ...frames] = await readSidecar(second!);
    const { frames: written, droppedFrames } = recorder.status();
    expect(written + droppedFrames).toBe(sequence + 1);
    expect(droppedFrames).toBe(1);
    expect(gap).toEqual({ skippedFirst: expect.any(Number) as number, skippedLast: expect.any(Number) as number });
    expect(after.map(({ timeUs }) => timeUs)).toEqual(
      frames.map(({ captureTimeUs }) => Number(captureTimeUs) - Number(header!['startTimeUs'])),
    );
    expect(frames.at(-1)).toMatchObject({ sequence });
  });

  it('again and again is started ever later, and leaves no empty file', async () => {
    const broken = join(directory, 'ffmpeg');
    await writeFile(broken, '#!/bin/sh\ncase "$*" in *-version*|*-encoders*) exec ffmpeg "$@";; esac\nexit 3\n');
    await chmod(broken, 0o755);
    const { recorder, publish, clock, files, log } = await record({ ffmpegPath: broken });
    const failures = (): number => log.messages('error').length;
    const waits: unknown[] = [];
    for (let round = 0; round < 5; round += 1) {
      await until(() => {
        publish(recorder.status().droppedFrames + recorder.status().frames);
        return failures() > round;
      });
      waits.push(log.lines.filter(({ level }) => level === 'error').at(-1)?.['retryMs']);
      clock.advance(10 * SECOND_US);
    }
    await recorder.stop();
    expect(waits.every((wait, round) => Number(wait) >= 125 * 2 ** round)).toBe(true);
    expect(await files()).toEqual([]);
    expect(recorder.status().error).toBeNull();
  });
});

describe('an FFmpeg that takes nothing', () => {
  it('costs frames, and is killed in the end', async () => {
    const { recorder, camera, clock, log } = await record({ limits: { frames: 4, bytes: 1_000_000 } });
    const jpeg = await noisyJpeg(3, 640, 480);
    const publish = (sequence: number): void =>
      camera.publish({
        sequence,
        captureTimeUs: START_US + sequence * INTERVAL_US,
        jpeg,
        width: 640,
        height: 480,
      });
    publish(0);
    await until(() => recorder.status().frames === 1);
    const [pid] = await childrenNamed('ffmpeg');
    process.kill(pid!, 'SIGSTOP');
    let sequence = 1;
    await until(() => {
      publish(sequence);
      sequence += 1;
      return recorder.status().droppedFrames > 0;
    });
    clock.advance(20 * SECOND_US);
    await until(() => log.messages('error').length > 0);
    await until(async () => (await childrenNamed('ffmpeg')).length === 0);
    const error = log.lines.find(({ level }) => level === 'error')?.['err'];
    expect(error).toMatchObject({ code: 'FFMPEG_FAILED' });
    await recorder.stop();
  });
});

async function record(parts: Partial<RecorderParts> = {}) {
  const clock = new FakeClock(START_US);
  const camera = new CameraOfTest(clock);
  const log = new LogOfTest();
  const limits = { segmentSeconds: null, segmentBytes: null, keepSeconds: null, keepBytes: null };
  const settings = { directory, format: 'mp4', ...limits } as const;
  const recorder = new Recorder(camera.stream, settings, { ffmpegPath, clock, logger: log.logger, ...parts });
  await recorder.start();
  const jpegs = await Promise.all(Array.from({ length: 8 }, (_, number) => numberedJpeg(number)));
  const publish = (sequence: number, { atUs = sequence * INTERVAL_US } = {}): void =>
    camera.publish({ sequence, captureTimeUs: START_US + atUs, jpeg: jpegs[sequence % 8]! });
  const files = async (): Promise<string[]> =>
    (await readdir(directory))
      .filter((name) => name.endsWith('.mp4'))
      .sort()
      .map((name) => join(directory, name));
  return { clock, camera, log, recorder, publish, files };
}
