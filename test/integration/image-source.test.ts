import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeJpeg } from '../../client/jpeg-decoder.js';
import { imageToJpeg } from '../../server/pipeline/jpeg-codec.js';
import { listImages } from '../../server/sources/image-list.js';
import { createImageSource } from '../../server/sources/image-source.js';
import type { ImageSourceOptions } from '../../server/sources/image-source.js';
import { EagerClock } from '../helpers/eager-clock.js';
import { SourceLog } from '../helpers/source-log.js';
import { until } from '../helpers/until.js';
import { readCount, VideoFixtures } from '../helpers/video-fixtures.js';

const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };
const IMAGES = 12;
const ALL = Array.from({ length: IMAGES }, (_, n) => n);

let videos: VideoFixtures;
beforeAll(async () => {
  videos = await VideoFixtures.create();
  await videos.counted('all.mkv', { frames: IMAGES, fps: '25', output: ['-c:v', 'ffv1'] });
});
afterAll(() => videos.remove());

let folder = '';
let made = 0;
beforeEach(async () => {
  made += 1;
  folder = videos.path(`images-${made}`);
  await mkdir(folder);
});

/** Lets FFmpeg write the counted images `img0` to `img11`. */
async function makeImages(extension: string, ...output: string[]): Promise<void> {
  const input = ['-i', videos.path('all.mkv'), '-start_number', '0'];
  await promisify(execFile)(videos.binaries.ffmpegPath, [
    '-v',
    'error',
    ...input,
    ...output,
    `${folder}/img%d.${extension}`,
  ]);
}

/** Plays what `path` names; `counts` are the numbers that the pictures show. */
async function play(path: string, options: Partial<ImageSourceOptions> = {}) {
  const images = await listImages(path);
  const defaults = { images, fps: null, wanted: AS_IT_IS, loop: false, convert: imageToJpeg };
  const source = await createImageSource({ ...defaults, ...options }, new EagerClock());
  const log = new SourceLog(source);
  return { source, log };
}

async function countsOf(log: SourceLog): Promise<(number | undefined)[]> {
  const pictures = await Promise.all(log.jpegs.map((jpeg) => decodeJpeg(jpeg)));
  return pictures.map(({ data, width, height }) => readCount(data, width, height));
}

describe('images', () => {
  it('pass byte for byte where they are JPEGs, in the order of their numbers', async () => {
    await makeImages('jpg', '-q:v', '2');
    const { log } = await play(folder);
    await log.until(() => log.isOver);
    expect(log.errors).toEqual([]);
    expect(log.jpegs).toEqual(await Promise.all(ALL.map((n) => readFile(`${folder}/img${n}.jpg`))));
    expect(await countsOf(log)).toEqual(ALL);
    expect(log.frames.map(({ sequence }) => sequence)).toEqual(ALL);
    expect(log.order.at(-1)).toBe('end');
  });

  it.each([
    { extension: 'png', codec: 'png', output: [] },
    { extension: 'tif', codec: 'tiff', output: ['-compression_algo', 'deflate'] },
  ])('are made into JPEGs where they are none: $extension', async ({ extension, codec, output }) => {
    await makeImages(extension, ...output);
    const { source, log } = await play(`${folder}/*.${extension}`);
    await log.until(() => log.isOver);
    expect(await countsOf(log)).toEqual(ALL);
    expect(source.info).toMatchObject({ width: 64, height: 48, fps: 25, codec, encoding: { mode: 'encoded' } });
  });

  it.each(['webp', 'avif', 'gif'] as const)('may be of a format that FFmpeg may not know: %s', async (format) => {
    await makeImages('png');
    await sharp(`${folder}/img7.png`).toFormat(format).toFile(`${folder}/only.${format}`);
    const { log } = await play(`${folder}/*.${format}`);
    await log.until(() => log.isOver);
    expect(await countsOf(log)).toEqual([7]);
  });

  it('are upright, and white where they are transparent', async () => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    await sharp({ create: { width: 40, height: 20, channels: 4, background: clear } })
      .png()
      .toFile(`${folder}/1.png`);
    await sharp(`${folder}/1.png`).withMetadata({ orientation: 6 }).tiff().toFile(`${folder}/2.tif`);
    const { log } = await play(folder);
    await log.until(() => log.isOver);
    expect(log.frames.map(({ width, height }) => `${width}x${height}`)).toEqual(['40x20', '20x40']);
    const { data } = await decodeJpeg(log.jpegs[0]!);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  it('may have any size, which each frame says of itself', async () => {
    const sizes = ['10x10', '1920x1080', '64x48'];
    for (const [n, size] of sizes.entries()) {
      const [width = 0, height = 0] = size.split('x').map(Number);
      const image = sharp({ create: { width, height, channels: 3, background: '#123' } });
      await image.toFile(`${folder}/${n}.${n === 1 ? 'png' : 'jpg'}`);
    }
    const { source, log } = await play(folder);
    await log.until(() => log.isOver);
    expect(log.frames.map(({ width, height }) => `${width}x${height}`)).toEqual(sizes);
    expect(source.info).toMatchObject({ width: 10, height: 10 });
  });

  it('begin again in a loop, also when there is only one', async () => {
    await makeImages('png');
    const { log } = await play(`${folder}/img[45].png`, { loop: true });
    await log.untilFrames(7);
    await log.stop();
    expect((await countsOf(log)).slice(0, 7)).toEqual([4, 5, 4, 5, 4, 5, 4]);
    const { log: one } = await play(`${folder}/img[3].png`, { loop: true });
    await one.untilFrames(5);
    await one.stop();
    expect((await countsOf(one)).slice(0, 5)).toEqual([3, 3, 3, 3, 3]);
  });

  it('are left out when they are broken, gone or no images, which is told once', async () => {
    await makeImages('jpg', '-q:v', '2');
    const whole = await readFile(`${folder}/img2.jpg`);
    await writeFile(`${folder}/img2.jpg`, whole.subarray(0, whole.length / 2));
    await writeFile(`${folder}/img3.jpg`, 'text');
    await writeFile(`${folder}/img4.png`, '');
    await rename(`${folder}/img4.jpg`, `${folder}/other.txt`);
    await symlink('/nowhere', `${folder}/img12.jpg`);
    await promisify(execFile)('mkfifo', [`${folder}/img13.jpg`]);
    const { log } = await play(folder);
    await log.until(() => log.isOver);
    expect(await countsOf(log)).toEqual(ALL.filter((n) => ![2, 3, 4].includes(n)));
    expect(log.order.at(-1)).toBe('end');
    const codes = log.warnings.map(({ code }) => code);
    expect(codes).toEqual(['SOURCE_NOT_VIDEO', 'SOURCE_NOT_VIDEO', 'SOURCE_NOT_VIDEO', 'SOURCE_UNREADABLE']);
  });

  it('fail together when all of them are gone, and go on when they are back', async () => {
    await makeImages('jpg');
    const { source, log } = await play(folder, { loop: true });
    await log.untilFrames(3);
    await rename(folder, `${folder}-away`);
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_FAILED' });
    await log.stop();
    await rename(`${folder}-away`, folder);
    const again = new SourceLog(source, 100);
    await again.untilFrames(IMAGES);
    await again.stop();
    expect(again.warnings).toEqual([]);
  });

  it('show what a file holds when it is its turn', async () => {
    await makeImages('png');
    await copyFile(`${folder}/img0.png`, `${folder}/now.png`);
    const { log } = await play(`${folder}/n*.png`, { loop: true });
    await log.untilFrames(2);
    // As programs do that never leave half a picture to readers.
    await rename(`${folder}/img9.png`, `${folder}/now.png`);
    const shows = async (count: number) => (await countsOf(log)).at(-1) === count;
    await until(() => shows(9));
    await rm(`${folder}/now.png`);
    await log.untilError();
    await log.stop();
  });

  it('have the size that was asked for when they were told to', async () => {
    await makeImages('jpg');
    const { source, log } = await play(folder, { wanted: { ...AS_IT_IS, width: 32 } });
    await log.until(() => log.isOver);
    expect(source.info).toMatchObject({ width: 32, height: 24, encoding: { mode: 'encoded' } });
  });
});
