import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../shared/clock.js';
import { untilNoChild } from '../helpers/child-processes.js';
import { countsOf, expectCadence, expectSizes } from '../helpers/frame-checks.js';
import { startServer } from '../helpers/server-of-test.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
/** Server and test read the epoch at different moments of their starts, so their clocks differ by a little. */
const CLOCKS_APART_US = 5000;

let videos: VideoFixtures;
/** One second: frame n of the stream shows n modulo 60. */
let sixty: string;
/** 1.2 seconds at a rate that is no whole number. */
let odd: string;
beforeAll(async () => {
  videos = await VideoFixtures.create();
  sixty = await videos.counted('sixty.mp4', { frames: 60, fps: '60', width: 128, height: 96, output: H264 });
  odd = await videos.counted('odd.mp4', { frames: 36, fps: '179/6', output: H264 });
});
afterAll(() => videos.remove());

describe.each(await ffmpegsUnderTest())('$name', ({ binaries }) => {
  const env = { FFMPEG_PATH: binaries.ffmpegPath, FFPROBE_PATH: binaries.ffprobePath };

  it('plays a file again and again without a gap or a jump, whoever comes and goes', async () => {
    const server = await startServer([sixty], env);
    const first = await Viewer.open(server.port);
    await first.take(70);
    const second = await Viewer.open(server.port);
    await first.take(200);
    await second.take(60);
    await Promise.all([first.close(), second.close()]);
    for (const viewer of [first, second]) await expectEachInItsPlace(viewer, 60);
    // Who joins later sees what the others see, not the file from its beginning.
    const seenByFirst = new Map(first.frames.map(({ header, jpeg }) => [header.sequence, jpeg]));
    const seenByBoth = second.frames.filter(({ header }) => seenByFirst.has(header.sequence));
    expect(seenByBoth.length).toBeGreaterThan(30);
    for (const { header, jpeg } of seenByBoth) expect(jpeg).toEqual(seenByFirst.get(header.sequence));

    await server.logged((line) => line.msg === 'stream idle');
    await untilNoChild(server.pid);
    const joinedAtUs = new SystemClock().nowUs();
    const third = await Viewer.open(server.port);
    await third.take(60);
    await third.close();
    await expectEachInItsPlace(third, 60);
    expect(third.stream.startTimeUs).toBe(first.stream.startTimeUs);
    expect(third.frames[0]!.header.captureTimeUs).toBeGreaterThan(joinedAtUs - CLOCKS_APART_US);
  });

  it('plays several files at once, each at its own rate', async () => {
    const server = await startServer([sixty, odd], env);
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream: '*' }] });
    const framesOf = (id: number) => viewer.frames.filter(({ header }) => header.streamId === id);
    await viewer.until(() => framesOf(1).length >= 70 && framesOf(2).length >= 40);
    await viewer.close();
    const { streams } = viewer.welcomes[0]!;
    expect(streams.map(({ name, fps }) => ({ name, fps }))).toEqual([
      { name: 'sixty', fps: 60 },
      { name: 'odd', fps: 179 / 6 },
    ]);
    for (const stream of streams) expectCadence(viewer, stream);
    expect(await countsOf(framesOf(1))).toEqual(framesOf(1).map(({ header }) => header.sequence % 60));
    expect(await countsOf(framesOf(2))).toEqual(framesOf(2).map(({ header }) => header.sequence % 36));
  });

  it('plays at the rate of --fps', async () => {
    const server = await startServer([sixty, '--fps', '10'], env);
    const viewer = await Viewer.open(server.port);
    const frames = await viewer.take(24);
    await viewer.close();
    expect(viewer.stream.fps).toBe(10);
    expectCadence(viewer);
    // Six pictures of the file share a frame; which of them is shown is FFmpeg's choice.
    const counts = await countsOf(frames);
    const distances = frames.map(({ header }, index) => (counts[index]! - 6 * (header.sequence % 10) + 60 + 6) % 60);
    for (const distance of distances) expect(distance).toBeLessThanOrEqual(12);
  });
});

describe('the size', () => {
  it.each([
    { flags: ['--width', '64'], size: { width: 64, height: 48 } },
    { flags: ['--height', '33'], size: { width: 44, height: 33 } },
    { flags: ['--width', '61', '--height', '97'], size: { width: 61, height: 97 } },
  ])('is that of $flags', async ({ flags, size }) => {
    const server = await startServer([sixty, ...flags]);
    const viewer = await Viewer.open(server.port);
    await viewer.take(3);
    await viewer.close();
    expect(viewer.stream).toMatchObject(size);
    await expectSizes(viewer);
    await expectEachInItsPlace(viewer, 60);
  });
});

/** Expects the cadence to be right and each frame to show its sequence number modulo the length of the file. */
async function expectEachInItsPlace(viewer: Viewer, lengthFrames: number): Promise<void> {
  expectCadence(viewer);
  const counts = await countsOf(viewer.frames);
  expect(counts).toEqual(viewer.frames.map(({ header }) => header.sequence % lengthFrames));
}
