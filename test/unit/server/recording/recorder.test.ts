import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemError } from '../../../helpers/fake-disk.js';
import {
  RECORDER_START_US as START_US,
  recorderOfTest as setUp,
  temporaryDirectory,
} from '../../../helpers/recorder-of-test.js';
import { until } from '../../../helpers/until.js';

const SECOND_US = 1_000_000;

describe('a recording', () => {
  it('makes no file before the first frame, and asks for the stream at once', async () => {
    const { recorder, camera, disk } = setUp();
    await recorder.start();
    expect(camera.stream.subscriberCount).toBe(1);
    expect(recorder.status()).toEqual({
      state: 'recording',
      file: null,
      frames: 0,
      bytes: 0,
      droppedFrames: 0,
      error: null,
    });
    await recorder.stop();
    expect(camera.stream.subscriberCount).toBe(0);
    expect(recorder.status().state).toBe('stopped');
    expect(disk.files.size).toBe(0);
  });

  it('may be stopped again and again, and before it began', async () => {
    const { recorder, camera, publish } = setUp();
    await recorder.stop();
    await recorder.start();
    expect(camera.stream.subscriberCount).toBe(0);
    const other = setUp();
    await other.recorder.start();
    other.publish(0);
    await Promise.all([other.recorder.stop(), other.recorder.stop()]);
    await other.recorder.stop();
    expect(other.recorder.status().frames).toBe(1);
    publish(0);
    expect(recorder.status().frames).toBe(0);
  });

  it('goes on after the stream went and came back, with the gap in the times', async () => {
    const { recorder, publish, sidecars, camera } = setUp();
    await recorder.start();
    publish(0);
    camera.stream.setState('offline', { code: 'SOURCE_FAILED', message: 'gone' });
    publish(1, { atUs: 30 * SECOND_US });
    await recorder.stop();
    expect(sidecars().length).toBe(1);
    expect(sidecars()[0]!.slice(1)).toMatchObject([
      { sequence: 0, captureTimeUs: START_US },
      { sequence: 1, captureTimeUs: START_US + 30 * SECOND_US },
    ]);
  });

  it('completes the file when the stream ends', async () => {
    const { recorder, publish, disk, camera } = setUp();
    await recorder.start();
    publish(0);
    camera.stream.setState('ended');
    await until(() => [...disk.files.values()].every(({ isClosed }) => isClosed) && disk.files.size === 2);
    expect(recorder.status().state).toBe('recording');
    await recorder.stop();
    expect(disk.files.size).toBe(2);
  });

  it('begins a new file where the size changes, and no more than two a second', async () => {
    const { recorder, publish, videos, clock } = setUp();
    await recorder.start();
    publish(0);
    publish(1, { width: 128 });
    await until(() => recorder.status().frames === 1 && clock.pending === 2);
    clock.advance(SECOND_US / 2 - 1);
    expect(videos().length).toBe(1);
    clock.advance(1);
    await until(() => recorder.status().frames === 2);
    expect(videos().length).toBe(2);
    await recorder.stop();
  });

  it('begins a new file after its time, by capture time', async () => {
    const { recorder, publish, videos, clock } = setUp({ segmentSeconds: 2 });
    await recorder.start();
    for (const [sequence, second] of [0, 1.999, 2, 3.9, 4.1].entries()) {
      clock.advance(2 * SECOND_US);
      publish(sequence, { atUs: second * SECOND_US });
      await until(() => recorder.status().frames === sequence + 1);
    }
    await recorder.stop();
    expect(videos()).toEqual([
      'cam1_20261121T031500.000Z.mkv',
      'cam1_20261121T031502.000Z.mkv',
      'cam1_20261121T031504.100Z.mkv',
    ]);
  });

  it('begins a new file after its size', async () => {
    const { recorder, publish, videos } = setUp({ segmentBytes: 2_500 });
    await recorder.start();
    for (let sequence = 0; sequence < 6; sequence += 1) publish(sequence);
    await recorder.stop();
    expect(videos().length).toBe(2);
    expect(recorder.status()).toMatchObject({ frames: 6, bytes: expect.any(Number) as number });
  });

  it('begins a new file where the clock goes back, and none where it only stands still', async () => {
    const { recorder, publish, videos, clock } = setUp();
    await recorder.start();
    for (const [sequence, atUs] of [SECOND_US * 5, SECOND_US * 5, SECOND_US * 4.5].entries())
      publish(sequence, { atUs });
    await until(() => recorder.status().frames === 3);
    expect(videos().length).toBe(1);
    clock.advance(SECOND_US);
    publish(3, { atUs: 0 });
    await recorder.stop();
    expect(videos().length).toBe(2);
  });
});

describe('keeping', () => {
  it('deletes what is too much when a file is complete, and never the one that is written', async () => {
    const { recorder, publish, videos, clock, log } = setUp({ segmentSeconds: 1, keepBytes: 1 });
    await recorder.start();
    for (let sequence = 0; sequence < 4; sequence += 1) {
      publish(sequence, { atUs: sequence * SECOND_US });
      await until(() => recorder.status().frames === sequence + 1);
      clock.advance(SECOND_US);
      await until(() => videos().length === 1);
    }
    await recorder.stop();
    expect(videos()).toEqual(['cam1_20261121T031503.000Z.mkv']);
    expect(log.messages('info').filter((message) => message === 'deleted old recordings').length).toBe(3);
  });

  it('that fails is told once, and recording goes on', async () => {
    const { recorder, publish, disk, clock, log } = setUp({ keepSeconds: 1 });
    disk.fault = (operation) => (operation === 'list' ? systemError('EACCES') : null);
    await recorder.start();
    publish(0);
    for (let second = 0; second < 180; second += 1) {
      clock.advance(SECOND_US);
      await Promise.resolve();
    }
    await until(() => recorder.status().frames === 1);
    await recorder.stop();
    expect(log.messages('warn')).toEqual(['old recordings cannot be deleted']);
  });
});

describe('a recording that cannot begin', () => {
  it('says why: the directory is a file', async () => {
    const file = join(temporaryDirectory(), 'file');
    await writeFile(file, '');
    const { recorder, camera } = setUp({ directory: file });
    await expect(recorder.start()).rejects.toMatchObject({ code: 'RECORDING_FAILED' });
    expect(camera.stream.subscriberCount).toBe(0);
    expect(recorder.status().state).toBe('stopped');
  });

  it('says why: FFmpeg has no encoder of H.264', async () => {
    const { recorder } = setUp({ format: 'mp4' }, { ffmpegPath: await fakeFfmpeg('echo " V..... mpeg4 MPEG-4"') });
    await expect(recorder.start()).rejects.toMatchObject({
      code: 'RECORDING_FAILED',
      message: expect.stringContaining('libx264') as string,
    });
  });

  it('says why: FFmpeg does not run', async () => {
    const { recorder } = setUp({ format: 'mp4' }, { ffmpegPath: '/no/ffmpeg' });
    await expect(recorder.start()).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });
});

/** A program that answers every question with what `script` prints. */
async function fakeFfmpeg(script: string): Promise<string> {
  const path = join(temporaryDirectory(), 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}
