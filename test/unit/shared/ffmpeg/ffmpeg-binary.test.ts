import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg, type BundledBinaries } from '../../../../shared/ffmpeg/ffmpeg-binary.js';

const NOTHING_BUNDLED: BundledBinaries = {
  ffmpeg: async () => Promise.reject(new Error('Unsupported platform')),
  ffprobe: async () => Promise.reject(new Error('Unsupported platform')),
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ffmpeg-binary-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('findFfmpeg', () => {
  it('takes FFMPEG_PATH and FFPROBE_PATH before anything else', async () => {
    const ffmpegPath = await program('own/my-ffmpeg');
    const ffprobePath = await program('own/my-ffprobe');
    await program('own/ffprobe');
    await program('bin/ffmpeg');
    const env = { FFMPEG_PATH: ffmpegPath, FFPROBE_PATH: ffprobePath, PATH: join(folder, 'bin') };
    expect(await findFfmpeg(env, bundle())).toEqual({ ffmpegPath, ffprobePath, origin: 'env' });
  });

  it('takes the ffprobe beside the chosen ffmpeg before the one on PATH', async () => {
    const ffmpegPath = await program('own/ffmpeg');
    const ffprobePath = await program('own/ffprobe');
    await program('bin/ffprobe');
    const env = { FFMPEG_PATH: ffmpegPath, PATH: join(folder, 'bin') };
    expect(await findFfmpeg(env, bundle())).toEqual({ ffmpegPath, ffprobePath, origin: 'env' });
  });

  it('searches PATH in order and passes over what is not executable', async () => {
    await program('first/ffmpeg', 0o644);
    await mkdir(join(folder, 'second/ffmpeg'), { recursive: true });
    const ffmpegPath = await program('third/ffmpeg');
    const ffprobePath = await program('fourth/ffprobe');
    const folders = ['', 'absent', 'first', 'second', 'third', 'fourth'].map((name) => name && join(folder, name));
    const env = { FFMPEG_PATH: '', PATH: folders.join(delimiter) };
    expect(await findFfmpeg(env, bundle())).toEqual({ ffmpegPath, ffprobePath, origin: 'path' });
  });

  it('takes the ffprobe of the package when ffmpeg on PATH has none', async () => {
    const ffmpegPath = await program('bin/ffmpeg');
    const ffprobePath = await program('bundled/ffprobe');
    expect(await findFfmpeg({ PATH: join(folder, 'bin') }, bundle())).toEqual({
      ffmpegPath,
      ffprobePath,
      origin: 'path',
    });
  });

  it('falls back to the package', async () => {
    const ffmpegPath = await program('bundled/ffmpeg');
    const ffprobePath = await program('bundled/ffprobe');
    expect(await findFfmpeg({}, bundle())).toEqual({ ffmpegPath, ffprobePath, origin: 'bundled' });
  });

  it('makes a bundled binary executable that no install script has marked', async () => {
    const ffmpegPath = await program('bundled/ffmpeg', 0o644);
    const ffprobePath = await program('bundled/ffprobe', 0o644);
    await findFfmpeg({ PATH: '' }, bundle());
    expect((await stat(ffmpegPath)).mode & 0o777).toBe(0o755);
    expect((await stat(ffprobePath)).mode & 0o777).toBe(0o755);
  });

  it('finds the real binaries of the installed packages', async () => {
    const found = await findFfmpeg({});
    expect(found.origin).toBe('bundled');
    expect(found.ffmpegPath).toMatch(/@ffmpeg-installer.*ffmpeg(\.exe)?$/);
    expect(found.ffprobePath).toMatch(/@ffprobe-installer.*ffprobe(\.exe)?$/);
  });

  it('says what to do where there is nothing at all', async () => {
    await expect(findFfmpeg({ PATH: folder }, NOTHING_BUNDLED)).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      exitCode: 2,
      message:
        'There is no ffmpeg on PATH and none came with the package for this platform; install FFmpeg ' +
        '(for example `apt-get install ffmpeg`) or set FFMPEG_PATH and FFPROBE_PATH.',
      cause: new Error('Unsupported platform'),
    });
  });

  it('says what to do where only ffprobe is missing', async () => {
    await program('bin/ffmpeg');
    await expect(findFfmpeg({ PATH: join(folder, 'bin') }, NOTHING_BUNDLED)).rejects.toThrow(/^There is no ffprobe on/);
  });

  it('says what to do where the bundled binary cannot be made executable', async () => {
    await expect(findFfmpeg({}, bundle())).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringContaining(`${join(folder, 'bundled/ffmpeg')}) is not executable; run \`chmod 755\``),
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
  });

  it.each([
    ['a file that does not exist', 'absent'],
    ['a file that is not executable', 'plain'],
    ['a directory', 'directory'],
  ])('refuses %s in FFMPEG_PATH or FFPROBE_PATH, whatever else there is', async (_, name) => {
    await program('plain', 0o644);
    await mkdir(join(folder, 'directory'));
    await program('bin/ffmpeg');
    await program('bin/ffprobe');
    for (const variable of ['FFMPEG_PATH', 'FFPROBE_PATH']) {
      const env = { [variable]: join(folder, name), PATH: join(folder, 'bin') };
      await expect(findFfmpeg(env, bundle())).rejects.toMatchObject({
        code: 'FFMPEG_NOT_FOUND',
        message: `${variable} is "${join(folder, name)}", which is no executable file; correct it or unset it.`,
      });
    }
  });

  /** A file below the test's folder, executable unless `mode` says otherwise. */
  async function program(name: string, mode = 0o755): Promise<string> {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '#!/bin/sh\n');
    await chmod(path, mode);
    return path;
  }

  function bundle(): BundledBinaries {
    const at = (name: string) => () => Promise.resolve(join(folder, 'bundled', name));
    return { ffmpeg: at('ffmpeg'), ffprobe: at('ffprobe') };
  }
});
