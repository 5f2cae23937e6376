import type { Disk, DiskFile, ListedFile } from '../../server/recording/disk.js';

/** A file in memory that tells whether it was closed. */
export interface FakeFile {
  bytes: Buffer;
  isClosed: boolean;
}

/** What a disk is asked to do. */
export type DiskOperation = 'create' | 'append' | 'overwrite' | 'truncate' | 'close' | 'remove' | 'size' | 'list';

/** A disk in memory that fails, or hangs, when the test wants it to. */
export class FakeDisk implements Disk {
  readonly files = new Map<string, FakeFile>();
  /** Asked before each operation; an error that it returns is what the operation rejects with. */
  fault: (operation: DiskOperation, path: string) => Error | null = () => null;
  private held: (() => void)[] | null = null;

  /** From now on nothing comes to its end until `release`. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const resume of held) resume();
  }

  /** Operations that `hold` keeps. */
  get waiting(): number {
    return this.held?.length ?? 0;
  }

  async create(path: string): Promise<DiskFile> {
    await this.begin('create', path);
    if (this.files.has(path)) throw systemError('EEXIST');
    const file: FakeFile = { bytes: Buffer.alloc(0), isClosed: false };
    this.files.set(path, file);
    return {
      append: async (pieces) => {
        const error = await this.begin('append', path).then(
          () => null,
          (reason: Error) => reason,
        );
        // A disk that fails takes a part.
        const added = Buffer.concat(pieces);
        file.bytes = Buffer.concat([file.bytes, error ? added.subarray(0, added.length >> 1) : added]);
        if (error) throw error;
      },
      overwrite: async (position, bytes) => {
        await this.begin('overwrite', path);
        bytes.copy(file.bytes, position);
      },
      truncate: async (lengthBytes) => {
        await this.begin('truncate', path);
        file.bytes = file.bytes.subarray(0, lengthBytes);
      },
      close: async () => {
        file.isClosed = true;
        await this.begin('close', path);
      },
    };
  }

  async remove(path: string): Promise<void> {
    await this.begin('remove', path);
    if (!this.files.delete(path)) throw systemError('ENOENT');
  }

  async size(path: string): Promise<number> {
    await this.begin('size', path);
    return this.files.get(path)?.bytes.length ?? 0;
  }

  async list(directory: string, isWanted: (name: string) => boolean): Promise<readonly ListedFile[]> {
    await this.begin('list', directory);
    return [...this.files]
      .map(([path, { bytes }]) => ({ name: path.slice(directory.length + 1), bytes: bytes.length, modifiedUs: 0 }))
      .filter(({ name }) => isWanted(name));
  }

  private async begin(operation: DiskOperation, path: string): Promise<void> {
    if (this.held) await new Promise<void>((resolve) => this.held?.push(resolve));
    const error = this.fault(operation, path);
    if (error) throw error;
  }
}

/** An error as the operating system gives it. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: it failed`), { code });
}
