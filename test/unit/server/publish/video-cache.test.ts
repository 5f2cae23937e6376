import {
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usualCacheFolder, VideoCache } from '../../../../server/publish/video-cache.js';

const KEY = { path: '/a.mp4', size: 1, mtimeMs: 2.5, way: 'copy' };
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'video-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What writes `bytes` bytes, and how often it was asked to. */
function maker(bytes = 10) {
  const calls: string[] = [];
  const make = async (path: string) => {
    calls.push(path);
    await writeFile(path, Buffer.alloc(bytes, calls.length));
  };
  return { calls, make };
}

describe('VideoCache', () => {
  it('makes a video once, and leaves nothing but it', async () => {
    const cache = new VideoCache(join(folder, 'deep', 'er'));
    const { calls, make } = maker();
    const path = await cache.get(KEY, 'ts', make);
    expect(await cache.get({ ...KEY }, 'ts', make)).toBe(path);
    expect(await new VideoCache(join(folder, 'deep', 'er')).get(KEY, 'ts', make)).toBe(path);
    expect(calls).toHaveLength(1);
    expect(calls[0]).not.toBe(path);
    expect(await readdir(join(folder, 'deep', 'er'))).toHaveLength(1);
  });

  it.each([{ path: '/b.mp4' }, { size: 2 }, { mtimeMs: 3 }, { way: 'encode' }, { bitrate: 1 }])(
    'makes another one for %j',
    async (change) => {
      const cache = new VideoCache(folder);
      const { calls, make } = maker();
      const path = await cache.get(KEY, 'ts', make);
      expect(await cache.get({ ...KEY, ...change }, 'ts', make)).not.toBe(path);
      expect(calls).toHaveLength(2);
    },
  );

  it('does not care for the order of a key', async () => {
    const cache = new VideoCache(folder);
    const { calls, make } = maker();
    await cache.get({ a: 1, b: 2 }, 'ts', make);
    await cache.get({ b: 2, a: 1 }, 'ts', make);
    expect(calls).toHaveLength(1);
  });

  it('keeps nothing of what failed, and tries again', async () => {
    const cache = new VideoCache(folder);
    const { calls, make } = maker();
    const broken = async (path: string) => {
      await make(path);
      throw new Error('no');
    };
    await expect(cache.get(KEY, 'ts', broken)).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
    await cache.get(KEY, 'ts', make);
    expect(calls).toHaveLength(2);
  });

  it('makes anew what is empty', async () => {
    const cache = new VideoCache(folder);
    const { calls, make } = maker();
    await writeFile(await cache.get(KEY, 'ts', make), '');
    await cache.get(KEY, 'ts', make);
    expect(calls).toHaveLength(2);
  });

  it('lets nobody else read what it keeps', async () => {
    const deep = join(folder, 'deep');
    const path = await new VideoCache(deep).get(KEY, 'ts', maker().make);
    const modes = await Promise.all([deep, path].map(async (each) => ((await stat(each)).mode & 0o777).toString(8)));
    expect(modes).toEqual(['700', '600']);
  });

  it.each([
    ['a link', (path: string) => symlink(join(folder, 'other'), path)],
    ['a folder', (path: string) => mkdir(path)],
  ])('makes anew what is %s', async (_, plant) => {
    await writeFile(join(folder, 'other'), 'somebody');
    const path = await new VideoCache(folder).get(KEY, 'ts', maker().make);
    await rm(path);
    await plant(path);
    const { calls, make } = maker();
    expect(await new VideoCache(folder).get(KEY, 'ts', make)).toBe(path);
    expect(calls).toHaveLength(1);
    expect((await lstat(path)).isFile()).toBe(true);
    expect(await readFile(join(folder, 'other'), 'utf8')).toBe('somebody');
  });

  it('makes anew what belongs to somebody else', async () => {
    const path = await new VideoCache(folder).get(KEY, 'ts', maker().make);
    // Only root can give a file away.
    if (
      !(await chown(path, 12_345, 12_345).then(
        () => true,
        () => false,
      ))
    )
      return;
    const { calls, make } = maker();
    await new VideoCache(folder).get(KEY, 'ts', make);
    expect(calls).toHaveLength(1);
  });

  it('deletes what is of no use, and knows what it made itself', async () => {
    const cache = new VideoCache(folder);
    const path = await cache.get(KEY, 'ts', maker().make);
    expect(await new VideoCache(folder).discard(path)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
    await cache.get(KEY, 'ts', maker().make);
    expect([await cache.discard(path), await cache.discard(path)]).toEqual([false, true]);
  });

  it('takes away those that were not used for longest, and never the newest', async () => {
    const cache = new VideoCache(folder, 25);
    const { make } = maker(10);
    const paths: string[] = [];
    for (const [index, name] of ['a', 'b'].entries()) {
      const path = await cache.get({ name }, 'ts', make);
      await utimes(path, 1000 + index, 1000 + index);
      paths.push(path);
    }
    // Used again, so the other one is older now.
    await cache.get({ name: 'a' }, 'ts', make);
    const third = await cache.get({ name: 'c' }, 'ts', make);
    const left = (await readdir(folder)).map((name) => join(folder, name)).sort();
    expect(left).toEqual([paths[0], third].sort());
    const huge = await cache.get({ name: 'd' }, 'ts', maker(100).make);
    expect((await stat(huge)).size).toBe(100);
  });

  it('takes away what a process that was killed left, and no files of others', async () => {
    const cache = new VideoCache(folder, 1);
    const partial = join(folder, `${'0'.repeat(32)}.ts.x.partial`);
    await writeFile(partial, 'x');
    await utimes(partial, 1000, 1000);
    await writeFile(join(folder, 'mine.ts'), 'x');
    await cache.get(KEY, 'ts', maker().make);
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    expect(names).toContain('mine.ts');
  });

  it('says where it cannot write', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const cache = new VideoCache(join(file, 'cache'));
    await expect(cache.get(KEY, 'ts', maker().make)).rejects.toMatchObject({
      code: 'FILE_WRITE_FAILED',
      message: expect.stringMatching(/--cache/) as unknown,
    });
  });
});

describe('usualCacheFolder', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/x' }, 'linux', /^\/x\/frame-streamer$/],
    [{ XDG_CACHE_HOME: 'relative' }, 'linux', /\.cache.frame-streamer$/],
    [{}, 'darwin', /\.cache.frame-streamer$/],
    [{ LOCALAPPDATA: 'C:' }, 'win32', /^C:.frame-streamer.cache$/],
  ] as const)('is that of %j on %s', (env, os, folderName) => {
    expect(usualCacheFolder(env, os)).toMatch(folderName);
  });
});
