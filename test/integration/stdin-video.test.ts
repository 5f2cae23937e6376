import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import type { SourceFrame } from '../../server/sources/source.js';
import { StandardInput } from '../../server/sources/standard-input.js';
import { createStdinSource } from '../../server/sources/stdin-source.js';
import type { StdinSourceOptions } from '../../server/sources/stdin-source.js';
import { SystemClock } from '../../shared/clock.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { SourceLog } from '../helpers/source-log.js';
import { until } from '../helpers/until.js';
import { ffmpegsUnderTest, readCount, VideoFixtures } from '../helpers/video-fixtures.js';

const H264 = ['-c:v', 'libx264', '-g', '5', '-pix_fmt', 'yuv420p'];
const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };
const FRAMES = 20;
const ALL = Array.from({ length: FRAMES }, (_, count) => count);
const clock = new SystemClock();

let videos: VideoFixtures;
beforeAll(async () => {
  videos = await VideoFixtures.create();
  const counted = (name: string, output: readonly string[]) =>
    videos.counted(name, { frames: FRAMES, fps: '40', output });
  await counted('video.ts', H264);
  await counted('video.mkv', H264);
  // FFmpeg takes 2 to 32 KiB before it says anything, so what it gets bit by bit is larger.
  await videos.drawn('large.mkv', 'testsrc=size=320x240:rate=25:duration=2', '-c:v', 'ffv1');
  await videos.drawn('large.ts', 'testsrc=size=320x240:rate=25:duration=2', ...H264, '-qp', '1');
  await counted('jpegs.mkv', ['-c:v', 'mjpeg', '-q:v', '2']);
  await counted('index-first.mp4', [...H264, '-movflags', '+faststart']);
  // Above what FFmpeg keeps of what it has read, or it would find its way back.
  await videos.drawn('index-last.mp4', 'testsrc=size=1920x1080:rate=25:duration=1', ...H264, '-qp', '5');
});
afterAll(() => videos.remove());

describe.each(await ffmpegsUnderTest())('a container on standard input, $name', ({ binaries }) => {
  it.each([
    { file: 'video.ts', reason: 'the source is h264' },
    { file: 'video.mkv', reason: 'the source is h264' },
    { file: 'index-first.mp4', reason: 'the source is h264' },
    { file: 'jpegs.mkv', reason: 'a container on standard input is decoded' },
  ])('is played at its own rate to its end: $file', async ({ file, reason }) => {
    const { log, counts } = await play(createReadStream(videos.path(file)));
    await log.until(() => log.isOver);
    expect(log.errors).toEqual([]);
    expect(log.order.at(-1)).toBe('end');
    // At the beginning a picture may come before any buffer is free again.
    expect(counts.at(-1)).toBe(FRAMES - 1);
    expect(counts).toEqual(ALL.filter((count) => counts.includes(count)));
    expect(log.infos.at(-1)).toMatchObject({ width: 64, height: 48, encoding: { mode: 'encoded', reason } });
    const [first, last] = [log.frames[0]!, log.frames.at(-1)!];
    const passedUs = last.captureTimeUs - first.captureTimeUs;
    // What FFmpeg looked at first may come at once, and that is less than half of it.
    expect(passedUs).toBeGreaterThan(((FRAMES / 2) * 1_000_000) / 40);
    expect(first).toMatchObject({ kind: 'raw', timeSource: 'arrival', sequence: 0 });
  });

  it('says that an index at the end cannot be read from a pipe', async () => {
    const { log } = await play(createReadStream(videos.path('index-last.mp4')));
    expect(await log.untilError()).toMatchObject({
      code: 'SOURCE_NOT_VIDEO',
      message: expect.stringContaining('make it with -movflags +faststart, or name the file.') as string,
    });
  });

  it('says that it is no video', async () => {
    const file = await open('/dev/urandom');
    const { log } = await play(file.createReadStream({ end: 2_000_000 }));
    const message = 'Standard input holds nothing that FFmpeg takes for video; check the program that writes it.';
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_NOT_VIDEO', message });
  });

  it('opens no file that a playlist names', async () => {
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${videos.path('video.ts')}\n#EXT-X-ENDLIST\n`;
    const stream = new PassThrough();
    stream.end(playlist);
    const { log } = await play(stream);
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_NOT_VIDEO' });
    expect(log.frames).toEqual([]);
  });

  it('is joined where it is when the source runs again, and is read in between', async () => {
    const stream = new PassThrough();
    const bytes = await readFile(videos.path('large.ts'));
    const first = await play(stream);
    stream.write(bytes);
    await first.log.untilFrames(1);
    await first.log.stop();
    for (let round = 0; round < 20; round += 1) stream.write(bytes);
    await until(() => stream.readableLength + stream.writableLength === 0);
    const again = await play(stream, first.source);
    stream.end(await readFile(videos.path('video.ts')));
    await again.log.until(() => again.log.isOver);
    expect(again.log.order.at(-1)).toBe('end');
    expect(again.counts.at(-1)).toBe(FRAMES - 1);
    expect(again.counts.length).toBeLessThanOrEqual(FRAMES);
  });

  it('tells that Matroska cannot be joined in its middle', async () => {
    const stream = new PassThrough();
    const bytes = await readFile(videos.path('large.mkv'));
    const first = await play(stream);
    stream.write(bytes.subarray(0, bytes.length / 2));
    await first.log.untilFrames(1);
    await first.log.stop();
    const again = await play(stream, first.source);
    stream.end(bytes.subarray(bytes.length / 2));
    expect(await again.log.untilError()).toMatchObject({
      code: 'SOURCE_NOT_VIDEO',
      message: expect.stringContaining('cannot be joined in its middle') as string,
    });
  });

  it('makes the sender wait, and holds little of what it sends', async () => {
    const stream = new PassThrough();
    let takenBytes = 0;
    stream.on('data', ({ length }: Buffer) => (takenBytes += length));
    const { log } = await play(stream);
    const bytes = await readFile(videos.path('large.ts'));
    for (let round = 0; round < 20; round += 1) stream.write(bytes);
    await log.untilFrames(3);
    await until(() => stream.isPaused());
    expect(takenBytes).toBeLessThan(10 * bytes.length);
  });

  it('leaves no child behind', async () => {
    const { log } = await play(createReadStream(videos.path('large.mkv')));
    await log.untilFrames(1);
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
    await log.stop();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  async function play(input: Readable, source = undefined as ReturnType<typeof createStdinSource> | undefined) {
    const { ffmpegPath } = binaries;
    const { passEveryFrame } = await readFfmpegVersion(ffmpegPath);
    const basics = { ffmpegPath, passEveryFrame, hwaccel: 'none', maxBuffers: 8, wanted: AS_IT_IS, fps: null };
    const standardInput = new StandardInput(() => input, clock);
    const options: StdinSourceOptions = { ...basics, input: standardInput, startTimeUs: clock.nowUs() };
    const played = source ?? createStdinSource(options, clock);
    const counts: (number | undefined)[] = [];
    const log = new SourceLog(played, 0, (frame: SourceFrame) => {
      if (frame.kind !== 'raw') return;
      counts.push(readCount(frame.data, frame.width, frame.height));
      frame.release();
    });
    onTestFinished(async () => {
      await log.stop();
      standardInput.close();
    });
    return { log, counts, source: played };
  }
});
