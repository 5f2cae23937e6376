import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateVideo } from '../../../../server/generate/generate-video.js';
import { videoRequest } from '../../../helpers/video-request.js';

let folder: string;
let outputPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-'));
  outputPath = join(folder, 'out.mp4');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A program in the place of FFmpeg; the last of its arguments, without `file:`, is `$out`. */
async function fakeFfmpeg(commands: string): Promise<string> {
  const path = join(folder, 'ffmpeg');
  await writeFile(path, `#!/bin/sh\nfor out; do :; done\nout="\${out#file:}"\n${commands}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('generateVideo', () => {
  it('gives every picture to FFmpeg, tells how far it is, and puts the file in its place', async () => {
    const ffmpegPath = await fakeFfmpeg('wc -c > "$out"');
    const progress: number[] = [];
    const request = videoRequest({ outputPath, frames: 5 });
    const made = await generateVideo(request, { ffmpegPath }, (frames) => progress.push(frames));
    expect(progress).toEqual([1, 2, 3, 4, 5]);
    expect(made?.path).toBe(outputPath);
    expect(Number(await readFile(outputPath, 'utf8'))).toBe(5 * 240 * 136 * 3);
    expect(await readdir(folder)).toEqual(['ffmpeg', 'out.mp4']);
  });

  it('says what FFmpeg said when it fails, and leaves no file', async () => {
    const ffmpegPath = await fakeFfmpeg('echo half > "$out"; echo "Unknown encoder libx264" >&2; exit 1');
    await expect(generateVideo(videoRequest({ outputPath }), { ffmpegPath })).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: expect.stringContaining('Unknown encoder libx264'),
    });
    expect(await readdir(folder)).toEqual(['ffmpeg']);
  });

  it('says that the disk is full', async () => {
    const ffmpegPath = await fakeFfmpeg('echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1');
    await expect(generateVideo(videoRequest({ outputPath }), { ffmpegPath })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
  });

  it('leaves nothing when it is stopped, and resolves with null', async () => {
    const ffmpegPath = await fakeFfmpeg('echo half > "$out"; cat > /dev/null');
    const stopping = new AbortController();
    const stopAtThree = (frames: number): void => {
      if (frames === 3) stopping.abort();
    };
    const request = videoRequest({ outputPath, frames: 100_000 });
    await expect(generateVideo(request, { ffmpegPath }, stopAtThree, stopping.signal)).resolves.toBeNull();
    expect(await readdir(folder)).toEqual(['ffmpeg']);
  });

  it('replaces a file only when it is told to', async () => {
    const ffmpegPath = await fakeFfmpeg('cat > /dev/null; echo new > "$out"');
    await writeFile(outputPath, 'old');
    const request = videoRequest({ outputPath, frames: 1 });
    await expect(generateVideo(request, { ffmpegPath })).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await readFile(outputPath, 'utf8')).toBe('old');
    await generateVideo({ ...request, mayOverwrite: true }, { ffmpegPath });
    expect(await readFile(outputPath, 'utf8')).toBe('new\n');
  });

  it('keeps a file that has come while it worked', async () => {
    const ffmpegPath = await fakeFfmpeg(`cat > /dev/null; echo new > "$out"; echo theirs > "${outputPath}"`);
    const made = generateVideo(videoRequest({ outputPath, frames: 1 }), { ffmpegPath });
    await expect(made).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await readFile(outputPath, 'utf8')).toBe('theirs\n');
    expect(await readdir(folder)).toEqual(['ffmpeg', 'out.mp4']);
  });

  it('needs a folder that exists, and no folder of the name', async () => {
    const ffmpegPath = await fakeFfmpeg('exit 1');
    await expect(
      generateVideo(videoRequest({ outputPath: join(folder, 'absent', 'a.mp4') }), { ffmpegPath }),
    ).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED', message: expect.stringContaining('make it first') });
    await mkdir(outputPath);
    await expect(generateVideo(videoRequest({ outputPath, mayOverwrite: true }), { ffmpegPath })).rejects.toMatchObject(
      { code: 'FILE_WRITE_FAILED', message: expect.stringContaining('is a folder') },
    );
  });

  it('refuses what cannot be', async () => {
    const made = generateVideo(videoRequest({ outputPath, width: 241 }), { ffmpegPath: 'absent' });
    await expect(made).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });
});
