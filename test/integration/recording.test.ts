import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../../server/recording/recorder.js';
import type { RecordSettings } from '../../server/stream-settings.js';
import { createLogger } from '../../shared/logger.js';
import { CameraOfTest, numberedJpeg } from '../helpers/camera-of-test.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { decodeAll, readFrames, readSidecar, sha256 } from '../helpers/recorded-file.js';
import { ffmpegsUnderTest } from '../helpers/video-fixtures.js';

const START_US = Date.UTC(2026, 10, 21, 3, 15, 0, 123) * 1000 + 456;
/** Uneven, as of a real camera, with a gap of 30 s. */
const TIMES_US = [0, 33_333, 66_667, 100_123, 30_100_123, 30_133_456, 30_133_457];

const SETTINGS: Omit<RecordSettings, 'directory'> = {
  format: 'mkv',
  segmentSeconds: null,
  segmentBytes: null,
  keepSeconds: null,
  keepBytes: null,
};

const logger = createLogger({ level: 'error', pretty: false });
const ffmpegs = await ffmpegsUnderTest();

describe.each(ffmpegs)('recording, played with $name', ({ binaries: { ffmpegPath, ffprobePath } }) => {
  let directory: string;
  const clock = new FakeClock(START_US);

  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'recording-')), 'made', 'here');
  });
  afterEach(() => rm(join(directory, '..', '..'), { recursive: true }));

  async function record(format: RecordSettings['format']): Promise<{ path: string; jpegs: readonly Buffer[] }> {
    const camera = new CameraOfTest(clock);
    const recorder = new Recorder(camera.stream, { ...SETTINGS, directory, format }, { ffmpegPath, clock, logger });
    await recorder.start();
    const jpegs = await Promise.all(TIMES_US.map((_, number) => numberedJpeg(number)));
    for (const [sequence, timeUs] of TIMES_US.entries()) {
      camera.publish({ sequence, captureTimeUs: START_US + timeUs, jpeg: jpegs[sequence]! });
    }
    await recorder.stop();
    const { file, frames, droppedFrames, error, state } = recorder.status();
    expect({ frames, droppedFrames, error, state }).toEqual({
      frames: TIMES_US.length,
      droppedFrames: 0,
      error: null,
      state: 'stopped',
    });
    return { path: file!, jpegs };
  }

  it('keeps the JPEGs and their times in Matroska', async () => {
    const { path, jpegs } = await record('mkv');
    expect(await readFrames(ffprobePath, path)).toEqual(
      TIMES_US.map((timeUs, index) => ({ timeUs, sha256: sha256(jpegs[index]!), isKey: true })),
    );
    expect(await decodeAll(ffmpegPath, path)).toEqual({ frames: TIMES_US.length, complaints: '' });
  });

  it('keeps the times in MP4', async () => {
    const { path } = await record('mp4');
    const frames = await readFrames(ffprobePath, path);
    expect(frames.map(({ timeUs }) => timeUs)).toEqual(TIMES_US);
    expect(await decodeAll(ffmpegPath, path)).toEqual({ frames: TIMES_US.length, complaints: '' });
  });

  it('names the files by stream and time, and says in the sidecar what is in them', async () => {
    const { path } = await record('mkv');
    const base = 'cam1_20261121T031500.123Z';
    expect((await readdir(directory)).sort()).toEqual([`${base}.jsonl`, `${base}.mkv`]);
    const [header, ...lines] = await readSidecar(path);
    expect(header).toEqual({
      schema: 'frame-streamer/recording/1',
      stream: 'cam1',
      file: `${base}.mkv`,
      format: 'mkv',
      startTimeUs: START_US,
      width: 64,
      height: 48,
    });
    expect(lines).toEqual(
      TIMES_US.map((timeUs, sequence) => ({
        sequence,
        captureTimeUs: START_US + timeUs,
        timeSource: 'arrival',
        clockErrorUs: 25,
      })),
    );
  });
});
