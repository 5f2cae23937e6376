import { link, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StreamerError } from '../../shared/errors.js';

/** What `link` fails with on file systems that have none, such as FAT. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']);

/**
 * Looks at where a file is to go, so that nobody waits for what cannot be kept.
 *
 * @throws {StreamerError} FILE_EXISTS, FILE_WRITE_FAILED without the folder.
 */
export async function checkOutput(path: string, mayOverwrite: boolean): Promise<void> {
  const folder = dirname(path);
  if (!(await isFolder(folder))) {
    throw new StreamerError('FILE_WRITE_FAILED', `There is no folder ${JSON.stringify(folder)}; make it first.`);
  }
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) {
    throw new StreamerError('FILE_WRITE_FAILED', `${JSON.stringify(path)} is a folder; name a file in it.`);
  }
  if (found && !mayOverwrite) throw alreadyThere(path);
}

/**
 * Gives a complete file its name, in one step.
 *
 * @throws {StreamerError} FILE_EXISTS when a file of that name has come in between, else FILE_WRITE_FAILED.
 */
export async function placeOutput(partialPath: string, path: string, mayOverwrite: boolean): Promise<void> {
  try {
    if (mayOverwrite) await rename(partialPath, path);
    else await linkOrRename(partialPath, path);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw alreadyThere(path);
    throw new StreamerError('FILE_WRITE_FAILED', `${JSON.stringify(path)} cannot be written.`, { cause });
  }
}

export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

/** `rename` would replace what is there; the caller removes the name that the link leaves. */
async function linkOrRename(partialPath: string, path: string): Promise<void> {
  try {
    await link(partialPath, path);
  } catch (cause) {
    if (!WITHOUT_LINKS.has(codeOf(cause))) throw cause;
    await rename(partialPath, path);
  }
}

function alreadyThere(path: string): StreamerError {
  return new StreamerError('FILE_EXISTS', `${JSON.stringify(path)} exists; --force replaces it.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
