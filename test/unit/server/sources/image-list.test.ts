import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isImages, listImages } from '../../../../server/sources/image-list.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'image-list-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function files(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
}

/** The images that are found, relative to the folder. */
async function found(path: string): Promise<string[]> {
  return (await listImages(path)).map((image) => relative(folder, image));
}

describe('listImages', () => {
  it('takes the images of a folder by their extension, and no hidden ones', async () => {
    await files('a.jpg', 'b.JPEG', 'c.png', 'd.webp', 'e.gif', 'f.tif', 'g.tiff', 'h.AVIF');
    await files('notes.txt', 'no-extension', '.hidden.jpg', '._a.jpg', 'Thumbs.db', 'jpg', 'deeper/i.jpg');
    await mkdir(join(folder, 'folder.jpg'));
    const images = ['a.jpg', 'b.JPEG', 'c.png', 'd.webp', 'e.gif', 'f.tif', 'g.tiff', 'h.AVIF'];
    expect(await found(folder)).toEqual(images);
    expect(await found(`${folder}/`)).toEqual(images);
  });

  it('puts numbers in their order, however they are written', async () => {
    await files('img10.jpg', 'img9.jpg', 'img2.jpg', 'img1.jpg', 'img02.jpg', 'IMG3.jpg', 'other.jpg');
    const order = ['img1.jpg', 'img02.jpg', 'img2.jpg', 'IMG3.jpg', 'img9.jpg', 'img10.jpg', 'other.jpg'];
    expect(await found(folder)).toEqual(order);
    expect(await found(`${folder}/*.jpg`)).toEqual(order);
  });

  it.each([
    { pattern: '*.png', images: ['1.png', '2.png'] },
    { pattern: '?.png', images: ['1.png', '2.png'] },
    { pattern: '[2-9].*', images: ['2.png', '3.jpg'] },
    { pattern: '{1,3}.*', images: ['1.png', '3.jpg'] },
    { pattern: '*', images: ['1.png', '2.png', '3.jpg', 'frames.bin'] },
    { pattern: '**/*.png', images: ['1.png', '2.png', 'deep/4.png', 'deep/er/5.png'] },
    { pattern: 'd*/*', images: ['deep/4.png'] },
    { pattern: 'd*', images: [] },
  ])('takes the files that $pattern names', async ({ pattern, images }) => {
    await files('1.png', '2.png', '3.jpg', 'frames.bin', '.0.png', 'deep/4.png', 'deep/er/5.png');
    const listing = found(join(folder, pattern));
    if (images.length > 0) expect(await listing).toEqual(images);
    else await expect(listing).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('takes a pattern as relative to where the process runs', async () => {
    await files('1.png');
    expect(await found(join(relative(process.cwd(), folder), '*.png'))).toEqual(['1.png']);
  });

  it('takes every name there is in a folder, of which the name may be anything', async () => {
    const names = ['[1].png', 'a*b?.png', 'line\nbreak.png', 'ü{x}.png', '-v.png', ' .png'];
    await files(...names.map((name) => `odd [folder]*/${name}`));
    const images = await listImages(join(folder, 'odd [folder]*'));
    expect(images.map((image) => basename(image)).sort()).toEqual([...names].sort());
  });

  it('follows links to images, and none in a circle', async () => {
    await files('real/1.png');
    await symlink(join(folder, 'real/1.png'), join(folder, 'link.png'));
    await symlink(folder, join(folder, 'real/circle'));
    expect(await found(folder)).toEqual(['link.png']);
    expect(await found(join(folder, '*.png'))).toEqual(['link.png']);
    expect(await found(join(folder, 'real', '**/*.png'))).toContain('real/1.png');
  });

  it.each([
    { what: 'an empty folder', path: '', code: 'SOURCE_NOT_FOUND', message: /^There are no images at / },
    { what: 'nothing', path: 'none', code: 'SOURCE_NOT_FOUND', message: /^There are no images at / },
    { what: 'no match', path: '*.png', code: 'SOURCE_NOT_FOUND', message: /^There are no images at / },
    { what: 'an endless pattern', path: `*${'a'.repeat(70_000)}`, code: 'SOURCE_UNREADABLE', message: /^The pattern / },
  ])('refuses $what', async ({ path, code, message }) => {
    await expect(listImages(join(folder, path))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it.each(['', '*.png'])('refuses more images than it keeps in memory: %j', async (pattern) => {
    await files('1.png', '2.png', '3.png');
    const path = join(folder, pattern);
    expect(await listImages(path, { maxImages: 3 })).toHaveLength(3);
    await expect(listImages(path, { maxImages: 2 })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(/^There are more than 2 images at .*; name fewer\.$/) as string,
    });
  });
});

describe('isImages', () => {
  it('takes a folder and a pattern for images, and a file for itself whatever its name is', async () => {
    await files('plain.mp4', '[1]*?{}.mp4', '[folder]/x');
    const isOnes = (name: string) => isImages(join(folder, name));
    expect(await Promise.all(['', '[folder]', '*.png', 'img?.png', '[0-9].png', '{a,b}.png'].map(isOnes))).toEqual([
      ...[true, true, true, true, true, true],
    ]);
    expect(await Promise.all(['plain.mp4', '[1]*?{}.mp4', 'missing.mp4'].map(isOnes))).toEqual([false, false, false]);
  });
});
