import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceFrame } from '../../server/sources/source.js';
import { SourceSupervisor } from '../../server/sources/supervisor.js';
import { Backoff } from '../../shared/backoff.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { openFileSource } from '../helpers/file-source-of-test.js';
import type { FileOptions } from '../helpers/file-source-of-test.js';
import { B_FRAMES, FRAMES, makeFileVideos, makeTurnedVideo } from '../helpers/file-videos.js';
import { playSource } from '../helpers/play-source.js';
import { range } from '../helpers/range.js';
import { ffmpegsUnderTest, readCount, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();

beforeAll(async () => {
  await makeFileVideos(fixtures, [
    'b-frames.mp4',
    'b-frames.mkv',
    'fragmented.mp4',
    'lossless.mkv',
    'raw.avi',
    'pictures.mov',
    'ntsc.mp4',
    'ntsc.mkv',
    '179-sixths.mp4',
    '12-and-a-half.mp4',
    '3.mp4',
    '3.mkv',
    '1.mp4',
    '1.mkv',
    '1.png',
    '1.jpg',
    'no-rewind.h264',
    'b-frames.ts',
    'b-frames.flv',
    'b-frames.avi',
    'variable.mp4',
    'variable.mkv',
    'odd.mkv',
  ]);
  await makeTurnedVideo(fixtures, 'rotated.mp4', 'b-frames.mp4', 180);
}, 60_000);

afterAll(() => fixtures.remove());

describe.each(await ffmpegsUnderTest())('a file with $name', ({ binaries }) => {
  const open = (name: string, from: number, options: FileOptions = {}) =>
    openFileSource(binaries, fixtures.path(name), from, options);

  it.each([
    'b-frames.mp4',
    'b-frames.mkv',
    'fragmented.mp4',
    'lossless.mkv',
    'raw.avi',
    'pictures.mov',
    'ntsc.mp4',
    'ntsc.mkv',
    '179-sixths.mp4',
    '12-and-a-half.mp4',
    'odd.mkv',
  ])('%s shows picture n mod N at frame n, from the start and joined in the middle', async (name) => {
    for (const from of [-1, 77]) {
      const { source } = await open(name, from);
      const { sequences, counts, outcome } = await playSource(source, 110);
      expect(outcome).toBe('stopped');
      expect(sequences).toEqual(range(from + 1, 110));
      expect(counts).toEqual(sequences.map((sequence) => sequence % FRAMES));
    }
  });

  it.each([
    ['1.jpg', 1],
    ['3.mp4', 3],
    ['3.mkv', 3],
    ['1.mp4', 1],
    ['1.mkv', 1],
    ['1.png', 1],
  ])('%s loops although it is that short', async (name, frames) => {
    for (const from of [-1, 4]) {
      const { source } = await open(name, from);
      const { sequences, counts, outcome } = await playSource(source, 50);
      expect([outcome, sequences[0], sequences.length]).toEqual(['stopped', from + 1, 50]);
      expect(counts).toEqual(sequences.map((sequence) => sequence % frames));
    }
  });

  it('goes on with a file that FFmpeg cannot rewind', async () => {
    const { source } = await open('no-rewind.h264', -1);
    const { counts, outcome } = await playSource(source, 100);
    expect(outcome).toBe('stopped');
    // The bundled FFmpeg does not find the rate of such a file and repeats pictures.
    const shown = counts.filter((count, index) => count !== counts[index - 1]);
    expect(shown).toEqual(shown.map((_, index) => index % FRAMES));
  });

  // The ffprobe that comes with the package crashes on every transport stream.
  it.each(['b-frames.flv', 'b-frames.avi', ...(binaries.origin === 'bundled' ? [] : ['b-frames.ts'])])(
    'plays %s without a jump, round after round, although FFmpeg would rewind it to a wrong place',
    async (name) => {
      for (const from of [-1, 77]) {
        const { source } = await open(name, from);
        const { sequences, counts, outcome } = await playSource(source, 110);
        expect([outcome, sequences]).toEqual(['stopped', range(from + 1, 110)]);
        // Seeking in these is exact to a picture or two, which shows where the first round ends and nowhere else.
        const jumps = counts
          .slice(FRAMES)
          .filter((count, index) => count !== (counts[FRAMES + index - 1]! + 1) % FRAMES);
        expect(jumps).toEqual([]);
      }
    },
  );

  it('goes on at another rate, too, where FFmpeg would give no picture after the first round', async () => {
    const { source } = await open('b-frames.avi', -1, { fps: 15 });
    const { sequences, outcome } = await playSource(source, 60);
    expect([outcome, sequences]).toEqual(['stopped', range(0, 60)]);
  });

  it.each([7, 12.5, 15, 29.97, 60])('at %d fps shows at each moment the picture of that moment', async (fps) => {
    for (const from of [-1, 131]) {
      const { source } = await open('b-frames.mp4', from, { fps });
      const { sequences, counts, outcome } = await playSource(source, 120);
      expect([outcome, sequences[0], sequences.length]).toEqual(['stopped', from + 1, 120]);
      const distances = sequences.map((sequence, index) => distance((sequence * 30) / fps, counts[index], FRAMES));
      // Half a frame of the new rate, and one of the file: the one that is next or the one that was last.
      expect(Math.max(...distances)).toBeLessThanOrEqual(15 / fps + 1);
    }
  });

  it('at half the rate shows every second picture', async () => {
    const { source } = await open('b-frames.mp4', 50, { fps: 15 });
    const { sequences, counts } = await playSource(source, 60);
    expect(counts).toEqual(sequences.map((sequence) => (sequence * 2) % FRAMES));
  });

  it.each(['variable.mp4', 'variable.mkv'])('plays %s evenly and neither too fast nor too slow', async (name) => {
    const { source, probe } = await open(name, -1);
    expect(probe.variableRate).toBe(true);
    const { sequences, counts, outcome } = await playSource(source, 120);
    expect(outcome).toBe('stopped');
    const distances = sequences.map((sequence, index) => distance((sequence * 30) / probe.fps, counts[index], 60));
    // Where every second picture is missing the last one stands for two, and the first one of the file is missing.
    expect(Math.max(...distances)).toBeLessThanOrEqual(15 / probe.fps + 3);
  });

  it('gives pictures the size that is asked for', async () => {
    const { source } = await open('odd.mkv', -1, { width: 32, height: 24 });
    expect(source.info).toMatchObject({ width: 32, height: 24 });
    expect((await playSource(source, 40)).counts).toEqual(range(0, 40).map((n) => n % FRAMES));
  });

  it('turns pictures upright', async () => {
    const { source } = await open('rotated.mp4', -1);
    const { counts } = await playSource(source, 1);
    // Upside down a number is read from its complement, backwards.
    expect(counts).toEqual([255]);
  });

  it.each(['b-frames.mp4', 'lossless.mkv', '1.mp4', '3.mkv'])('plays %s once, up to its last picture', async (name) => {
    const { source, probe } = await open(name, -1, { loop: false });
    const frames = probe.frames ?? NaN;
    expect(await playSource(source, 1000)).toEqual({
      sequences: range(0, frames),
      counts: range(0, frames),
      jpegs: [],
      outcome: 'ended',
    });
  });

  it('plays the rest of a file that is joined in the middle, and nothing when it is over', async () => {
    const middle = await open('b-frames.mp4', 20, { loop: false });
    const rest = range(21, 9);
    expect(await playSource(middle.source, 1000)).toEqual({
      sequences: rest,
      counts: rest,
      jpegs: [],
      outcome: 'ended',
    });
    const over = await open('b-frames.mp4', 35, { loop: false });
    expect(await playSource(over.source, 1000)).toEqual({ sequences: [], counts: [], jpegs: [], outcome: 'ended' });
  });

  it('delivers the last picture before a supervisor tells the end', async () => {
    const { source, clock } = await open('b-frames.mp4', -1, { loop: false });
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      const sink = {
        onInfo: () => undefined,
        onWarning: () => undefined,
        onFrame: (frame: SourceFrame) => {
          if (frame.kind !== 'raw') throw new TypeError('the file is decoded');
          log.push(String(readCount(frame.data, frame.width, frame.height)));
          frame.release();
        },
        onDrop: () => log.push('drop'),
        onState: (state: string) => {
          log.push(state);
          if (state === 'ended') resolve();
        },
      };
      // The waits of a supervisor are not what the eager clock should jump over.
      const patient = { nowUs: () => clock.nowUs(), wallUs: () => clock.wallUs(), schedule: () => () => undefined };
      const supervisor = new SourceSupervisor(source, sink, patient, {
        backoff: new Backoff(),
        onDemand: true,
        idleTimeoutMs: 0,
      });
      supervisor.setWanted(true);
    });
    expect(log).toEqual(['connecting', 'live', ...range(0, FRAMES).map(String), 'ended']);
  });

  it('leaves no child behind, whenever it is stopped', async () => {
    for (const frames of [1, 25, 35]) {
      const { source } = await open('b-frames.mp4', 5);
      await playSource(source, frames);
    }
    const { source } = await open('b-frames.mp4', 5);
    const sink = {
      onInfo: () => undefined,
      onWarning: () => undefined,
      onFrame: () => undefined,
      onDrop: () => undefined,
      onEnd: () => undefined,
      onError: () => undefined,
    };
    await source.start(sink, 0).stop();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  it('fails with the words of FFmpeg when the file is gone', async () => {
    await fixtures.counted('gone.mp4', { frames: 3, fps: '30', output: B_FRAMES });
    const { source } = await open('gone.mp4', -1);
    await fixtures.write('gone.mp4', 'This is no video any more.');
    const { outcome } = await playSource(source, 10);
    expect(outcome).toContain(`FFmpeg failed on file:${fixtures.path('gone.mp4')}: `);
    expect(outcome).toContain('Invalid data found when processing input');
  });
});

/** How many pictures `count` is away from `expected` in a loop of `frames`. */
function distance(expected: number, count: number | undefined, frames: number): number {
  const apart = Math.abs((expected % frames) - (count ?? NaN));
  return Math.min(apart, frames - apart);
}
