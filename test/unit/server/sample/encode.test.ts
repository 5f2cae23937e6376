import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSample } from '../../../../server/sample/encode.js';

const PICTURES = [Buffer.from('first '), Buffer.from('second')];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'encode-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('encodeSample', () => {
  it('says what FFmpeg said when it fails, and leaves no file', async () => {
    const ffmpeg = await script('printf half > "${out#file:}"; echo "Unknown encoder libx264" >&2; exit 1');
    await expect(encodeSample(ffmpeg, join(folder, 'out.mp4'), PICTURES)).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: 'FFmpeg could not encode the sample: Unknown encoder libx264',
    });
    expect(await readdir(folder)).toEqual(['ffmpeg']);
  });

  it('fails when FFmpeg cannot be started', async () => {
    await expect(encodeSample(join(folder, 'absent'), join(folder, 'out.mp4'), PICTURES)).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: `${join(folder, 'absent')} could not be started.`,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('puts the file in place once all pictures are through', async () => {
    const ffmpeg = await script('cat > "${out#file:}"');
    await encodeSample(ffmpeg, join(folder, 'out.mp4'), PICTURES);
    expect((await readdir(folder)).sort()).toEqual(['ffmpeg', 'out.mp4']);
    expect(await readFile(join(folder, 'out.mp4'), 'utf8')).toBe('first second');
  });

  it('names a file that cannot be put in place', async () => {
    const ffmpeg = await script('cat > /dev/null');
    await expect(encodeSample(ffmpeg, join(folder, 'out.mp4'), PICTURES)).rejects.toMatchObject({
      code: 'FILE_WRITE_FAILED',
    });
  });

  /** A stand-in for FFmpeg; `$out` is the last argument it was given. */
  async function script(body: string): Promise<string> {
    const path = join(folder, 'ffmpeg');
    await writeFile(path, `#!/bin/sh\nfor out; do :; done\n${body}\n`);
    await chmod(path, 0o755);
    return path;
  }
});
