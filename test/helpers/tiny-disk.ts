import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A file system of a given size in memory, which only the superuser of a Linux machine may mount. */
export class TinyDisk {
  private constructor(readonly path: string) {}

  /** Resolves to null where none may be mounted. */
  static async mount(size: string): Promise<TinyDisk | null> {
    const path = await mkdtemp(join(tmpdir(), 'tiny-disk-'));
    try {
      await execa('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
      return new TinyDisk(path);
    } catch {
      await rm(path, { recursive: true });
      return null;
    }
  }

  async stop(): Promise<void> {
    await execa('umount', [this.path]);
    await rm(this.path, { recursive: true });
  }
}
