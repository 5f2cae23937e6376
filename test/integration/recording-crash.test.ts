import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { MatroskaWriter } from '../../server/recording/matroska-writer.js';
import { numberedJpeg } from '../helpers/camera-of-test.js';
import { CAN_LIST_CHILDREN, childrenOf, isAlive, killChildren } from '../helpers/child-processes.js';
import { ofTest } from '../helpers/of-test.js';
import { decodeAll, readFrames, readSidecar } from '../helpers/recorded-file.js';
import { RecordingProcess } from '../helpers/recording-process.js';
import { SeededRandom } from '../helpers/seeded-random.js';
import { until } from '../helpers/until.js';

const { ffmpegPath, ffprobePath } = await findFfmpeg(process.env);
const SECOND_US = 1_000_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'recording-crash-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a server that is killed', () => {
  it.each(['mkv', 'mp4'] as const)('leaves %s files that play but for the last second', async (format) => {
    const { file, recording } = await startRecording(format);
    const held = await untilMostIsOnDisk(recording, file);
    const children = childrenOf(recording.pid);
    await recording.stop();
    await until(() => !children.some(isAlive));
    await expectWhole(file, recording.published, held);
  });

  it.skipIf(!CAN_LIST_CHILDREN)('leaves MP4 files that play where FFmpeg is killed too', async () => {
    const { file, recording } = await startRecording('mp4');
    const held = await untilMostIsOnDisk(recording, file);
    killChildren(recording.pid);
    await recording.stop();
    await expectWhole(file, recording.published, held);
  });

  it('leaves a sidecar that is whole but for the last second', async () => {
    const { file, recording } = await startRecording('mkv');
    await until(async () => {
      const [, ...lines] = await readSidecar(file).catch(() => []);
      return lines.length > 45 && lines.length >= recording.published.length - 45;
    });
    await recording.stop();
    const [header, ...lines] = await readSidecar(file);
    expect(header).toMatchObject({ schema: 'frame-streamer/recording/1', startTimeUs: recording.published[0] });
    const expected = recording.published.slice(0, lines.length);
    expect(lines.map(({ captureTimeUs }) => captureTimeUs)).toEqual(expected);
  });

  async function startRecording(format: 'mkv' | 'mp4'): Promise<{ file: string; recording: RecordingProcess }> {
    const recording = await ofTest(Promise.resolve(RecordingProcess.start(directory, format, ffmpegPath)));
    const find = async (): Promise<string | undefined> =>
      (await readdir(directory)).find((name) => name.endsWith(`.${format}`));
    await until(async () => (await find()) !== undefined);
    return { recording, file: join(directory, (await find())!) };
  }

  /** Resolves with the number of frames that play, once these are all that were published more than a second ago. */
  async function untilMostIsOnDisk({ published }: RecordingProcess, file: string): Promise<number> {
    let held = 0;
    await until(async () => {
      const countBefore = published.filter((timeUs) => timeUs < published.at(-1)! - SECOND_US).length;
      held = (await readFrames(ffprobePath, file).catch(() => [])).length;
      return held > 60 && held >= countBefore;
    });
    return held;
  }

  async function expectWhole(file: string, published: readonly number[], leastFrames: number): Promise<void> {
    const frames = await readFrames(ffprobePath, file);
    expect(frames.length).toBeGreaterThanOrEqual(leastFrames);
    expect(frames.map(({ timeUs }) => timeUs)).toEqual(
      published.slice(0, frames.length).map((timeUs) => timeUs - published[0]!),
    );
    expect((await decodeAll(ffmpegPath, file)).frames).toBe(frames.length);
  }
});

describe('a Matroska file that breaks off anywhere', () => {
  it('plays every frame that is whole', async () => {
    const writer = new MatroskaWriter({ startTimeUs: 0, width: 64, height: 48, title: 'cam1', nominalFps: null });
    const pieces = [writer.header];
    const ends: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      const jpeg = await numberedJpeg(number);
      pieces.push(writer.cluster(number * 40_000, jpeg.length), jpeg);
      ends.push(pieces.reduce((sum, { length }) => sum + length, 0));
    }
    const whole = Buffer.concat(pieces);
    const random = new SeededRandom(7);
    const cuts = Array.from({ length: 40 }, () => ends[1]! + random.below(whole.length - ends[1]!));
    for (const cut of [...ends.slice(1), ...ends.slice(2).map((end) => end - 1), ...cuts]) {
      const file = join(directory, 'cut.mkv');
      await writeFile(file, whole.subarray(0, cut));
      const frames = await readFrames(ffprobePath, file);
      const wholeFrames = ends.filter((end) => end <= cut).length;
      expect(frames.slice(0, wholeFrames).map(({ timeUs }) => timeUs)).toEqual(
        Array.from({ length: wholeFrames }, (_, number) => number * 40_000),
      );
      expect((await readFile(file)).length).toBe(cut);
      expect(frames.length).toBeLessThanOrEqual(wholeFrames + 1);
    }
  });
});
