import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImageSource } from '../../../../server/sources/image-source.js';
import type { ImageSourceOptions } from '../../../../server/sources/image-source.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { SourceLog } from '../../../helpers/source-log.js';

const AS_IT_IS = { width: null, height: null, quality: null, isProcessed: false };
const JPEG = builtJpeg({ width: 30, height: 20 });
/** From when the source is made to when its first image is due. */
const LEAD_US = 100_000;

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'image-source-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A source of files with these contents, named in that order; what is no JPEG is converted into one. */
async function imageSource(contents: readonly (Buffer | string)[], options: Partial<ImageSourceOptions> = {}) {
  const clock = new FakeClock();
  const images = contents.map((_, n) => join(folder, `${n}.png`));
  for (const [n, content] of contents.entries()) await writeFile(images[n]!, content);
  const convert = async (image: Buffer) => {
    if (image.toString().includes('broken')) throw new Error('no image');
    return JPEG;
  };
  const defaults = { images, fps: null, wanted: AS_IT_IS, loop: true, convert };
  return { clock, images, source: await createImageSource({ ...defaults, ...options }, clock) };
}

describe('createImageSource', () => {
  it('says what the first image is, and takes 25 a second', async () => {
    const { clock, source } = await imageSource([JPEG, builtJpeg({ width: 99 })]);
    expect(source.info).toEqual({
      ...{
        width: 30,
        height: 20,
        fps: 25,
        timeSource: 'schedule',
        codec: 'mjpeg',
        startTimeUs: clock.nowUs() + LEAD_US,
      },
      encoding: { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' },
    });
    expect(source).toMatchObject({ isLive: false, endTimeUs: null });
  });

  it('ends behind the last image when it does not loop', async () => {
    const { clock, source } = await imageSource([JPEG, JPEG, JPEG], { loop: false, fps: 2 });
    expect(source.endTimeUs).toBe(clock.nowUs() + LEAD_US + 1_500_000);
    expect(source.info.fps).toBe(2);
  });

  it('says that others than JPEGs are encoded', async () => {
    const { source } = await imageSource(['a PNG']);
    expect(source.info).toMatchObject({ codec: 'png', encoding: { mode: 'encoded', reason: 'the source is png' } });
  });

  it('says which size the frames have that were asked for', async () => {
    const { source } = await imageSource([JPEG], { wanted: { ...AS_IT_IS, width: 15 } });
    const encoding = { mode: 'encoded', reason: 'size 15xauto was asked for' };
    expect(source.info).toMatchObject({ width: 15, height: 10, encoding });
  });

  it('looks for the first image that can be shown', async () => {
    const { source } = await imageSource(['broken', JPEG.subarray(0, -2), JPEG]);
    expect(source.info).toMatchObject({ width: 30, height: 20, codec: 'mjpeg' });
  });

  it.each([
    { contents: ['broken'], message: (path: string) => `${path} is no image that can be shown.` },
    {
      contents: ['broken', 'broken, too'],
      message: (path: string) => `None of 2 images can be shown: ${path} is no image that can be shown.`,
    },
  ])('refuses $contents', async ({ contents, message }) => {
    const expected = { code: 'SOURCE_NOT_VIDEO', message: message(JSON.stringify(join(folder, '0.png'))) };
    await expect(imageSource(contents)).rejects.toMatchObject(expected);
  });

  it('tells what is left out, until it is stopped', async () => {
    const { clock, source } = await imageSource([JPEG, 'broken', JPEG]);
    const log = new SourceLog(source);
    await log.until(() => log.warnings.length > 0);
    expect(log.order).toEqual(['info', 'warning']);
    expect(log.warnings[0]).toMatchObject({ code: 'SOURCE_NOT_VIDEO' });
    await log.stop();
    // What the log is told now makes it throw.
    clock.advance(1_000_000);
  });
});
