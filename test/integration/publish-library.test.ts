import { copyFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PacketizedPicture } from '../../server/rtsp/coded-video.js';
import type { PlayableVideo } from '../../server/publish/playable-video.js';
import { encodeVideo } from '../../server/publish/prepare-video.js';
import type { VideoCache } from '../../server/publish/video-cache.js';
import { parseVideos } from '../../server/publish/video-spec.js';
import type { VideoSpec } from '../../server/publish/video-spec.js';
import { EagerClock } from '../helpers/eager-clock.js';
import { PreparationOfTest } from '../helpers/publishing-of-test.js';
import { until } from '../helpers/until.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

const ENCODING = {
  ...{ encoder: 'h264', bitrateBps: 50e6, preset: null, pixelFormat: null, width: null, height: null },
};
const onWarning = () => undefined;
const BARS = 'testsrc=size=96x64:rate=25:duration=1';

describe('VideoLibrary', { timeout: 60_000 }, () => {
  let fixtures: VideoFixtures;
  let preparation: PreparationOfTest;

  beforeAll(async () => {
    fixtures = await VideoFixtures.create();
    preparation = await PreparationOfTest.create(fixtures.binaries, new EagerClock());
  });
  afterAll(async () => {
    await Promise.all([fixtures.remove(), preparation.remove()]);
  });

  /** Plays `count` pictures. */
  async function play(video: PlayableVideo, count: number): Promise<PacketizedPicture[]> {
    const pictures: PacketizedPicture[] = [];
    const player = video.player({
      onFormat: () => undefined,
      onPicture: (picture) => void pictures.push(picture),
      onSkip: () => undefined,
      onLoop: () => undefined,
      onEnd: () => undefined,
    });
    player.restart();
    await until(() => pictures.length >= count);
    player.stop();
    return pictures.slice(0, count);
  }

  async function videoOf(path: string, flags: Readonly<Record<string, unknown>> = {}): Promise<PlayableVideo> {
    const library = await preparation.library({ video: [path], ...flags });
    return library.acquire(library.names[0] ?? '');
  }

  it.each([
    ['H.264 with reordered pictures', 'b.mp4', ['-c:v', 'libx264', '-bf', '2', '-pix_fmt', 'yuv420p'], 'h264'],
    ['H.265', 'hevc.mkv', ['-c:v', 'libx265', '-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p'], 'h265'],
  ])('sends %s as it is, each time stamp once over the seam', async (_, name, output, codec) => {
    const video = await videoOf(await fixtures.drawn(name, BARS, ...output));
    expect(video.facts).toEqual({ codec, width: 96, height: 64, fps: 25 });
    const stamps = (await play(video, 30)).map(({ ptsTicks }) => ptsTicks);
    expect(new Set(stamps).size).toBe(30);
    // Of the first round nothing is missing, in whatever order it was sent.
    const round = [...stamps].sort((a, b) => a - b).slice(0, 25);
    expect(round).toEqual(Array.from({ length: 25 }, (__, n) => n * 3600));
  });

  it('encodes once what cannot be sent as it is', async () => {
    const path = await fixtures.drawn('old.avi', BARS, '-c:v', 'mpeg4');
    const before = (await readdir(preparation.folder)).length;
    expect((await videoOf(path)).facts).toEqual({ codec: 'h264', width: 96, height: 64, fps: 25 });
    await videoOf(path);
    expect((await readdir(preparation.folder)).length).toBe(before + 1);
  });

  it('encodes with the settings that were asked for', async () => {
    const path = await fixtures.drawn('any.mp4', BARS, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    expect((await videoOf(path, { codec: 'mjpeg', width: '48', fps: '10' })).facts).toEqual({
      ...{ codec: 'mjpeg', width: 48, height: 32, fps: 10 },
    });
    const pictures = await play(await videoOf(path, { codec: 'libx264', height: '32', preset: 'veryfast' }), 26);
    expect(pictures[0]?.isKey && pictures[25]?.isKey).toBe(true);
  });

  it('plays a copy faster where a rate is asked for', async () => {
    const path = await fixtures.drawn('fast.mp4', BARS, '-c:v', 'libx264', '-bf', '0', '-pix_fmt', 'yuv420p');
    const [, second] = await play(await videoOf(path, { fps: '100' }), 2);
    expect(second?.ptsTicks).toBe(900);
  });

  it('plays a pattern that was not asked for at the start, and no file', async () => {
    const library = await preparation.library({ video: ['test:bars?size=64x48'] });
    const video = await library.acquire('test:testsrc?size=48x32&fps=20');
    expect(video.facts).toEqual({ codec: 'h264', width: 48, height: 32, fps: 20 });
    await expect(library.acquire('/etc/passwd')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    for (const shape of ['size=7680x4320', 'size=1921x1080', 'size=64x48&fps=61'])
      await expect(library.acquire(`test:noise?${shape}`)).rejects.toThrow(/may have 1920x1080 pixels and 60 frames/);
    await expect(library.acquire('test:nothing')).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });

  it('prepares a file anew that was changed', async () => {
    const path = await fixtures.drawn('changed.mp4', BARS, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    expect((await videoOf(path)).facts.width).toBe(96);
    await copyFile(await fixtures.drawn('new.mp4', BARS.replace('96', '64'), '-c:v', 'libx264'), path);
    await utimes(path, 1000, 1000);
    expect((await videoOf(path)).facts.width).toBe(64);
  });

  it('prepares anew what cannot be read, and keeps nothing that does not fit', async () => {
    const path = await fixtures.drawn('kept.mp4', BARS, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const before = new Set(await readdir(preparation.folder));
    const added = async () => (await readdir(preparation.folder)).filter((name) => !before.has(name));
    await videoOf(path);
    const [name = ''] = await added();
    await writeFile(join(preparation.folder, name), 'spoilt');
    expect((await videoOf(path)).facts.width).toBe(96);
    const library = await preparation.library({ video: [path] }, 1000);
    await expect(library.prepareAll()).rejects.toMatchObject({ code: 'RESOURCE_LIMIT' });
    expect(await added()).toEqual([]);
  });

  it('writes no more than it could play', async () => {
    const [video] = parseVideos([{ name: null, location: 'test:noise?size=640x360', loop: true, fps: null }], null);
    const output = fixtures.path('bounded.ts');
    const cache = { get: (_: unknown, __: unknown, make: (path: string) => Promise<void>) => make(output) };
    const parts = { ...preparation, ...{ cache: cache as unknown as VideoCache, maxBytes: 1000, encoding: ENCODING } };
    const signal = new AbortController().signal;
    const encoding = encodeVideo(video as VideoSpec, { ...parts, signal, onProgress: () => undefined, onWarning });
    await expect(encoding).rejects.toMatchObject({ code: 'RESOURCE_LIMIT' });
    expect((await stat(output)).size).toBeLessThan(2_000_000);
  });

  it('refuses what does not fit into memory, and says what is wrong with a file', async () => {
    const path = await fixtures.drawn('large.mp4', BARS, '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
    const library = await preparation.library({ video: [path] }, 1000);
    await expect(library.prepareAll()).rejects.toMatchObject({ code: 'RESOURCE_LIMIT' });
    await expect(videoOf(await fixtures.write('text.mp4', 'no video'))).rejects.toMatchObject({
      code: 'SOURCE_NOT_VIDEO',
    });
    await expect(videoOf(fixtures.path('none.mp4'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});
