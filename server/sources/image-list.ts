import { opendir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { glob } from 'tinyglobby';
import { StreamerError } from '../../shared/errors.js';
import { shown } from './spec-text.js';

/** What a folder is looked through for; the rest of it is left alone. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
/** Far more than anybody plays, and little enough to keep in memory. */
const MAX_IMAGES = 100_000;
/** `img2` comes before `img10`. */
const ORDER = new Intl.Collator('en', { numeric: true });

/** Whether `path` can be meant as a pattern of file names. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

/** Whether `path` is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The images of a folder, by their extension, or those that a pattern names; in the order of the numbers in their names.
 *
 * @throws {StreamerError} SOURCE_NOT_FOUND when there are none, SOURCE_UNREADABLE when there are too many, or no access.
 */
export async function listImages(path: string): Promise<string[]> {
  const images = (await isFolder(path)) ? await imagesIn(path) : await imagesLike(path);
  if (images.length === 0) throw new StreamerError('SOURCE_NOT_FOUND', `There are no images at ${shown(path)}.`);
  return images.sort(ORDER.compare);
}

async function imagesIn(folder: string): Promise<string[]> {
  const images: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isDirectory() || !EXTENSIONS.has(extname(entry.name).toLowerCase())) continue;
      images.push(join(folder, entry.name));
      checkCount(images.length, folder);
    }
  } catch (error) {
    if (error instanceof StreamerError) throw error;
    const message = `The folder ${shown(folder)} cannot be read; check its permissions.`;
    throw new StreamerError('SOURCE_UNREADABLE', message, { cause: error });
  }
  return images;
}

async function imagesLike(pattern: string): Promise<string[]> {
  const images = await glob(pattern, { absolute: true, onlyFiles: true, expandDirectories: false });
  checkCount(images.length, pattern);
  return images;
}

function checkCount(count: number, path: string): void {
  if (count <= MAX_IMAGES) return;
  const message = `There are more than ${MAX_IMAGES} images at ${shown(path)}; name fewer.`;
  throw new StreamerError('SOURCE_UNREADABLE', message);
}
