import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countsOf, expectCadence, expectSizes } from '../helpers/frame-checks.js';
import { runCommand } from '../helpers/run-command.js';
import { FREE_PORTS, SERVER_BINARY } from '../helpers/server-process.js';
import { startServer } from '../helpers/server-of-test.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const IMAGES = 12;
const AS_IT_IS = { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' };

let videos: VideoFixtures;
beforeAll(async () => {
  videos = await VideoFixtures.create();
  const shots = videos.path('shots');
  await mkdir(shots);
  const pattern = await videos.counted('shot%d.jpg', { frames: IMAGES, fps: '25', output: ['-q:v', '2'] });
  await videos.counted('shot%d.png', { frames: IMAGES, fps: '25', output: [] });
  for (let n = 1; n <= IMAGES; n += 1) {
    for (const extension of ['jpg', 'png']) {
      const name = `shot${n}.${extension}`;
      await rename(videos.path(name), `${shots}/${name}`);
    }
  }
  await mkdir(videos.path('odd [1]'));
  await copyFile(`${shots}/shot5.jpg`, videos.path('odd [1]/*.jpg'));
  await mkdir(videos.path('empty'));
  await writeFile(videos.path('text.png'), 'text');
  expect(pattern).toBe(videos.path('shot%d.jpg'));
});
afterAll(() => videos.remove());

describe('a server of images', () => {
  it('plays a pattern, in the order of the numbers, byte for byte', async () => {
    const server = await startServer(['shots/*.jpg'], {}, videos.folder);
    const viewer = await Viewer.open(server.port);
    await viewer.take(30);
    await viewer.close();
    expect(viewer.stream).toMatchObject({ width: 64, height: 48, fps: 25, timeSource: 'schedule', encoding: AS_IT_IS });
    expectCadence(viewer);
    const stored = await Promise.all(
      Array.from({ length: IMAGES }, (_, n) => readFile(videos.path(`shots/shot${n + 1}.jpg`))),
    );
    for (const { header, jpeg } of viewer.frames) expect(jpeg.equals(stored[header.sequence % IMAGES]!)).toBe(true);
  });

  it('plays a folder, in the rate and size that were asked for', async () => {
    const args = ['pictures=shots/', '--fps', '40', '--width', '128'];
    const server = await startServer(args, {}, videos.folder);
    const viewer = await Viewer.open(server.port);
    await viewer.take(30);
    await viewer.close();
    expect(viewer.stream).toMatchObject({ name: 'pictures', width: 128, height: 96, fps: 40 });
    expect(viewer.stream.encoding).toEqual({ mode: 'encoded', reason: 'size 128xauto was asked for' });
    expectCadence(viewer);
    await expectSizes(viewer);
    // Each number once as JPEG and once as PNG, in the order of the names.
    const counts = await countsOf(viewer.frames);
    expect(counts).toEqual(viewer.frames.map(({ header }) => Math.floor((header.sequence % (2 * IMAGES)) / 2)));
  });

  it('plays PNGs, says that they are encoded, and ends with them', async () => {
    const server = await startServer(['shots/*.png', '--no-loop', '--no-on-demand', '--fps', '5'], {}, videos.folder);
    const viewer = await Viewer.open(server.port);
    expect(await viewer.end).toBeNull();
    expect(await server.exit).toEqual({ code: 0, signal: null });
    const counts = await countsOf(viewer.frames);
    expect(counts).toEqual(viewer.frames.map(({ header }) => header.sequence));
    expect(viewer.stream.encoding).toEqual({ mode: 'encoded', reason: 'the source is png' });
  });

  it('takes a folder whose name looks like a pattern, with a file whose name does', async () => {
    const server = await startServer(['odd [1]'], {}, videos.folder);
    const viewer = await Viewer.open(server.port);
    await viewer.take(3);
    await viewer.close();
    expect(await countsOf(viewer.frames)).toEqual(viewer.frames.map(() => 4));
  });

  it('leaves out what cannot be shown, and says so in its log once', async () => {
    const server = await startServer(['{shots/shot1.png,text.png}', '--no-on-demand'], {}, videos.folder);
    const warning = await server.logged(({ code }) => code === 'SOURCE_NOT_VIDEO');
    expect(warning.msg).toContain('text.png" is no image that can be shown.');
    const viewer = await Viewer.open(server.port);
    await viewer.take(20);
    await viewer.close();
    expect(server.log.filter(({ msg }) => msg.includes('text.png'))).toHaveLength(1);
  });

  it.each([
    { source: 'empty', code: 'SOURCE_NOT_FOUND' },
    { source: 'empty/', code: 'SOURCE_NOT_FOUND' },
    { source: 'shots/*.webp', code: 'SOURCE_NOT_FOUND' },
    { source: 'nowhere/*.png', code: 'SOURCE_NOT_FOUND' },
    { source: '*.png', code: 'SOURCE_NOT_VIDEO' },
  ])('refuses $source with one line', async ({ source, code }) => {
    const args = [SERVER_BINARY, ...FREE_PORTS, source];
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, args, { cwd: videos.folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^streamer-server: [^\\n]+ \\(${code}\\)\\n$`));
  });
});
