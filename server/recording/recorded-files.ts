import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk, ListedFile } from './disk.js';
import { parseSegmentName } from './segment-name.js';

/** A recorded video as it was found. */
export type RecordedFile = ListedFile;

/** A recorded video that can be read; whoever opened it closes `handle`. */
export interface OpenRecordedFile {
  readonly handle: FileHandle;
  /** As it was on opening; one that is still written is longer later. */
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * The recorded videos of `stream` in `directory`, newest first; none where there is no such folder yet. Rejects with the
 * error of the system.
 */
export async function listRecordedFiles(
  disk: Disk,
  directory: string,
  stream: string,
): Promise<readonly RecordedFile[]> {
  const orderOf = (name: string) => parseSegmentName(stream, name)?.order ?? '';
  const files = await listIfThere(disk, directory, (name) => parseSegmentName(stream, name) !== null);
  return [...files].sort((a, b) => (orderOf(a.name) < orderOf(b.name) ? 1 : -1));
}

/**
 * Opens a recorded video of `stream` in `directory`; null where `fileName` is not the name of one, or of no plain file.
 * Links are not followed, and what is no recording of this very stream is never opened. Rejects with the error of the
 * system.
 */
export async function openRecordedFile(
  directory: string,
  stream: string,
  fileName: string,
): Promise<OpenRecordedFile | null> {
  // A name of this form holds no separator, so it cannot lead out of the folder.
  if (!parseSegmentName(stream, fileName)) return null;
  const handle = await openIfThere(join(directory, fileName));
  if (!handle) return null;
  try {
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, bytes: stats.size, modifiedMs: stats.mtimeMs };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

async function listIfThere(disk: Disk, directory: string, isWanted: (name: string) => boolean) {
  try {
    return await disk.list(directory, isWanted);
  } catch (error) {
    // A file that was deleted between its listing and its look counts as nothing there, too.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Opening a pipe would wait for its writer, and a link leads anywhere: systems that know these flags refuse both. */
const READ_PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** What is not there, what is a link, what is a socket. */
const NOT_A_FILE = new Set(['ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR', 'EISDIR', 'EMLINK']);

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, READ_PLAIN_FILE);
  } catch (error) {
    if (NOT_A_FILE.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
