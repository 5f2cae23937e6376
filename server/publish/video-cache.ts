import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir, platform, userInfo } from 'node:os';
import { join } from 'node:path';
import { StreamerError } from '../../shared/errors.js';

/** What tells one prepared video from another: whatever changes its bytes has to be in it. */
export type CacheKey = Readonly<Record<string, string | number | boolean | null>>;

/** Prepared videos may take so much in all; those that were not used for longest go first. */
export const MAX_CACHE_BYTES = 4 * 1024 ** 3;
/** To be raised when the same key gives other bytes. */
const CACHE_VERSION = 1;
const PREPARED = /^[0-9a-f]{32}\.(?:ts|mjpeg)$/;
const PARTIAL = /^[0-9a-f]{32}\..*\.partial$/;
/** What a process that was killed left behind. */
const STALE_PARTIAL_MS = 24 * 3600 * 1000;

/** The folder for prepared videos of this user: that of the XDG base directory specification, or what Windows has. */
export function usualCacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  os: NodeJS.Platform = platform(),
): string {
  const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local = '' } = env;
  if (xdg.startsWith('/')) return join(xdg, 'frame-streamer');
  if (os === 'win32' && local !== '') return join(local, 'frame-streamer', 'cache');
  return join(homedir(), '.cache', 'frame-streamer');
}

/** Prepared videos on disk, each made once and shared by all processes of this user, who alone can read them. */
export class VideoCache {
  /** Of the process itself: nobody else can have spoilt these. */
  private readonly made = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly maxBytes = MAX_CACHE_BYTES,
  ) {}

  /**
   * The path of the prepared video of `key`. Where there is none yet `make` writes it, to a path of its own: what is half
   * written, or written by two processes at once, is never seen.
   *
   * @param ending `ts` or `mjpeg`
   * @throws {StreamerError} FILE_WRITE_FAILED when the folder cannot be written to; what `make` throws passes through
   */
  async get(key: CacheKey, ending: 'ts' | 'mjpeg', make: (path: string) => Promise<void>): Promise<string> {
    const name = `${hash(key)}.${ending}`;
    const path = join(this.folder, name);
    if (await touch(path)) return path;
    await this.prepareFolder();
    const partial = join(this.folder, `${name}.${randomUUID()}.partial`);
    try {
      await writeFile(partial, '', { mode: 0o600, flag: 'wx' });
      await make(partial);
      await this.put(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
    this.made.add(path);
    await this.trim(name);
    return path;
  }

  /**
   * Deletes a prepared video that is of no use. Returns whether another try is worth it: where it was not this process
   * that made it, it may have been broken, or somebody else's.
   */
  async discard(path: string): Promise<boolean> {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
    return !this.made.delete(path);
  }

  private async put(partial: string, path: string): Promise<void> {
    try {
      // It may be a folder.
      await rm(path, { recursive: true, force: true });
      await rename(partial, path);
    } catch (cause) {
      throw this.writeFailed(cause);
    }
  }

  private async prepareFolder(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      const probe = join(this.folder, `${hash({})}.${randomUUID()}.partial`);
      await mkdir(probe);
      await rm(probe, { recursive: true });
    } catch (cause) {
      throw this.writeFailed(cause);
    }
  }

  private writeFailed(cause: unknown): StreamerError {
    const sentence = `Prepared videos cannot be written to ${this.folder}; name another folder with --cache.`;
    return new StreamerError('FILE_WRITE_FAILED', sentence, { cause });
  }

  /** Takes away what is too much, but never `kept`, which is needed now. */
  private async trim(kept: string): Promise<void> {
    const files = await this.files();
    const stale = files.filter(({ name, ageMs }) => PARTIAL.test(name) && ageMs > STALE_PARTIAL_MS);
    const prepared = files.filter(({ name }) => PREPARED.test(name)).sort((a, b) => b.ageMs - a.ageMs);
    let total = prepared.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of prepared) {
      if (total <= this.maxBytes || name === kept) continue;
      total -= bytes;
      stale.push({ name, bytes, ageMs: 0 });
    }
    await Promise.all(stale.map(({ name }) => rm(join(this.folder, name), { recursive: true, force: true })));
  }

  private async files(): Promise<{ name: string; bytes: number; ageMs: number }[]> {
    const names = await readdir(this.folder);
    const nowMs = (await stat(this.folder)).mtimeMs;
    const found = names.map(async (name) => {
      const stats = await lstat(join(this.folder, name)).catch(() => null);
      return stats ? [{ name, bytes: stats.size, ageMs: nowMs - stats.mtimeMs }] : [];
    });
    return (await Promise.all(found)).flat();
  }
}

/** Whether there is such a file, no link, and of this user; notes that it was used now. */
async function touch(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  if (!stats?.isFile() || stats.size === 0 || !isOwn(stats.uid)) return false;
  const now = new Date();
  // A folder that can only be read serves as well.
  await utimes(path, now, now).catch(() => undefined);
  return true;
}

function isOwn(uid: number): boolean {
  try {
    const own = userInfo().uid;
    // Windows has no such numbers.
    return own < 0 || own === uid;
  } catch {
    // A user without a name has a container of its own.
    return true;
  }
}

function hash(key: CacheKey): string {
  const sorted = Object.entries({ ...key, version: CACHE_VERSION }).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
}
