import { lstat, open, readdir, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createLimit } from '../in-parallel.js';

/** A new file that is written from its begin to its end. Every method rejects with the error of the system. */
export interface DiskFile {
  /** Writes all of `pieces` at the end. */
  append(pieces: readonly Buffer[]): Promise<void>;
  /** Writes `bytes` in the place of others. */
  overwrite(position: number, bytes: Buffer): Promise<void>;
  /** Cuts it off behind `lengthBytes`. */
  truncate(lengthBytes: number): Promise<void>;
  /** Resolves when it is closed and, as far as the system tells, on the disk. Also where that fails it is closed. */
  close(): Promise<void>;
}

/** Where recordings are written; a test can put one that fails in its place. */
export interface Disk {
  /** Makes a file. Rejects with EEXIST where there is one, or anything else, of that name. */
  create(path: string): Promise<DiskFile>;
  remove(path: string): Promise<void>;
  size(path: string): Promise<number>;
  /** The files in `directory` with a name that `isWanted`; no folders, and symbolic links are not followed. */
  list(directory: string, isWanted: (name: string) => boolean): Promise<readonly ListedFile[]>;
}

/** A file as it was found. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  /** Microseconds since the epoch, by the clock of the file system. */
  readonly modifiedUs: number;
}

/**
 * Operations under way at a time, of all recordings together. Each holds one of the process's four threads for files
 * (libuv), and those encode the JPEGs too: with a disk that hangs, recordings must not take them all.
 */
const MAX_OPERATIONS = 2;
const operations = createLimit(MAX_OPERATIONS);

/** The files of this machine. */
export const nodeDisk: Disk = {
  create: (path) => operations(async () => new NodeFile(await open(path, 'wx'))),
  remove: (path) => operations(() => unlink(path)),
  size: (path) => operations(async () => (await stat(path)).size),
  list: (directory, isWanted) => operations(() => listFiles(directory, isWanted)),
};

async function listFiles(directory: string, isWanted: (name: string) => boolean): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isFile() || !isWanted(entry.name)) continue;
    const { size, mtimeMs } = await lstat(join(directory, entry.name));
    files.push({ name: entry.name, bytes: size, modifiedUs: Math.round(mtimeMs * 1000) });
  }
  return files;
}

class NodeFile implements DiskFile {
  private lengthBytes = 0;

  constructor(private readonly handle: FileHandle) {}

  append(pieces: readonly Buffer[]): Promise<void> {
    return operations(async () => {
      let rest = pieces;
      while (rest.length > 0) {
        // With a position, so that a second try after an error overwrites what the first one left.
        const { bytesWritten } = await this.handle.writev(rest as Buffer[], this.lengthBytes);
        this.lengthBytes += bytesWritten;
        rest = without(rest, bytesWritten);
      }
    });
  }

  overwrite(position: number, bytes: Buffer): Promise<void> {
    return operations(async () => void (await this.handle.write(bytes, 0, bytes.length, position)));
  }

  truncate(lengthBytes: number): Promise<void> {
    return operations(async () => {
      await this.handle.truncate(lengthBytes);
      this.lengthBytes = lengthBytes;
    });
  }

  close(): Promise<void> {
    return operations(async () => {
      try {
        await this.handle.datasync();
      } finally {
        await this.handle.close();
      }
    });
  }
}

/** What is left of `pieces` behind their first `lengthBytes`; a disk that is almost full takes a part. */
function without(pieces: readonly Buffer[], lengthBytes: number): readonly Buffer[] {
  let skip = lengthBytes;
  return pieces.flatMap((piece) => {
    const rest = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - rest.length;
    return rest.length === 0 ? [] : [rest];
  });
}
