import { opendir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { glob } from 'tinyglobby';
import { StreamerError } from '../../shared/errors.js';
import { shown } from './spec-text.js';

/** How images are searched for. */
export interface ListOptions {
  /** More images than this are refused; by default far more than anybody plays, and little enough to keep in memory. */
  readonly maxImages?: number;
  /** Breaks the search off. */
  readonly signal?: AbortSignal | undefined;
}

/** What a folder is looked through for; the rest of it is left alone. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
const MAX_IMAGES = 100_000;
/** `img2` comes before `img10`. */
const ORDER = new Intl.Collator('en', { numeric: true });

/** Whether `path` means images: a folder, or a pattern; a name that is a file's is that file, whatever is in it. */
export async function isImages(path: string): Promise<boolean> {
  const kind = await kindOf(path);
  return kind === 'folder' || (kind === 'nothing' && isGlob(path));
}

/**
 * The images of a folder, by their extension, or those that a pattern names; in the order of the numbers in their names.
 * Names that begin with a dot are hidden from both.
 *
 * @throws {StreamerError} SOURCE_NOT_FOUND when there are none, SOURCE_UNREADABLE when there are too many, or no access.
 */
export async function listImages(
  path: string,
  { maxImages = MAX_IMAGES, signal }: ListOptions = {},
): Promise<string[]> {
  const isFolder = (await kindOf(path)) === 'folder';
  const images = isFolder ? await imagesIn(path, maxImages) : await imagesLike(path, signal);
  if (images.length > maxImages)
    throw unreadable(`There are more than ${maxImages} images at ${shown(path)}; name fewer.`);
  if (images.length === 0) throw new StreamerError('SOURCE_NOT_FOUND', `There are no images at ${shown(path)}.`);
  return images.sort(byNumbers);
}

async function kindOf(path: string): Promise<'folder' | 'other' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'nothing';
  }
}

function isGlob(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

/** One more than `maxImages` at most. */
async function imagesIn(folder: string, maxImages: number): Promise<string[]> {
  const images: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      const isFile = entry.isFile() || entry.isSymbolicLink();
      if (!isFile || entry.name.startsWith('.') || !EXTENSIONS.has(extname(entry.name).toLowerCase())) continue;
      images.push(join(folder, entry.name));
      if (images.length > maxImages) break;
    }
  } catch (cause) {
    throw unreadable(`The folder ${shown(folder)} cannot be read; check its permissions.`, cause);
  }
  return images;
}

async function imagesLike(pattern: string, signal: AbortSignal | undefined): Promise<string[]> {
  try {
    return await glob(pattern, { absolute: true, expandDirectories: false, ...(signal && { signal }) });
  } catch (cause) {
    throw unreadable(`The pattern ${shown(pattern)} cannot be searched for; name a folder or a simpler one.`, cause);
  }
}

/** Names that differ only in how a number is written, such as `1` and `01`, have an order of their own. */
function byNumbers(one: string, other: string): number {
  return ORDER.compare(one, other) || (one < other ? -1 : 1);
}

function unreadable(message: string, cause?: unknown): StreamerError {
  return new StreamerError('SOURCE_UNREADABLE', message, { cause });
}
