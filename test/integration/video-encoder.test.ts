import { chmod, readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseVideoEncoder } from '../../shared/ffmpeg/video-encoder.js';
import type { EncoderWish } from '../../shared/ffmpeg/video-encoder.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

let made = 0;

/**
 * A program that takes the place of FFmpeg: `answers` says, as cases of a shell, how it ends when it is to encode; else it
 * knows no encoder. `calls` are the arguments of each start but those that ask for the version.
 */
async function fakeFfmpeg(...answers: string[]) {
  made += 1;
  const path = await fixtures.write(
    `ffmpeg-${made}`,
    [
      '#!/bin/sh',
      'case "$*" in -version) echo "ffmpeg version 5.1"; echo "libavcodec 59. 37.100"; exit 0 ;; esac',
      'echo "$*" >> "$0.calls"',
      'case "$*" in',
      '*" -h encoder=h264_vaapi"*) echo "  -async_depth       <int>        E..V....... Parallel" ;;',
      '*" -h "*) ;;',
      ...answers,
      `*) echo "Unknown encoder 'x'" >&2; exit 1 ;;`,
      'esac',
      '',
    ].join('\n'),
  );
  await chmod(path, 0o755);
  return { path, calls: async () => (await readFile(`${path}.calls`, 'utf8')).trimEnd().split('\n') };
}

const wish = (encoder: string, more: Partial<EncoderWish> = {}): EncoderWish => ({
  encoder,
  bitrateBps: 2_000_000,
  gopSeconds: 2,
  fps: 30,
  ...more,
});

describe('chooseVideoEncoder', () => {
  it('takes the software encoder of a codec, tried with what it is used with', async () => {
    const { path, calls } = await fakeFfmpeg('*"-c:v libx264"*) ;;');
    const choice = await chooseVideoEncoder(path, wish('h264'));
    expect(choice).toMatchObject({ codec: 'h264', encoder: 'libx264', globalOptions: [], warning: null });
    expect(await calls()).toHaveLength(1);
    expect((await calls())[0]).toContain(` ${choice.options.join(' ')} `);
  });

  it('tries each once in a process, also for two at the same time', async () => {
    const { path, calls } = await fakeFfmpeg('*"-c:v libx264"*) ;;');
    await Promise.all([chooseVideoEncoder(path, wish('h264')), chooseVideoEncoder(path, wish('libx264'))]);
    await chooseVideoEncoder(path, wish('h264', { fps: 25, bitrateBps: 1 }));
    expect(await calls()).toHaveLength(1);
  });

  it('takes libopenh264 where there is no libx264, without the preset of that', async () => {
    const { path } = await fakeFfmpeg('*"-c:v libopenh264"*) ;;');
    const choice = await chooseVideoEncoder(path, wish('h264', { preset: 'veryfast' }));
    expect(choice).toMatchObject({ encoder: 'libopenh264', warning: null });
    expect(choice.options).not.toContain('-preset');
  });

  it.each(['h264', 'h265', 'mjpeg'])('says that there is no encoder of %s', async (encoder) => {
    const { path } = await fakeFfmpeg();
    await expect(chooseVideoEncoder(path, wish(encoder))).rejects.toMatchObject({ code: 'ENCODER_NOT_FOUND' });
  });

  it('takes an encoder of hardware that works, with the options it has here', async () => {
    const { path } = await fakeFfmpeg('*"-c:v h264_vaapi"*) ;;');
    const choice = await chooseVideoEncoder(path, wish('h264_vaapi'));
    expect(choice).toMatchObject({
      codec: 'h264',
      encoder: 'h264_vaapi',
      globalOptions: ['-init_hw_device', 'vaapi=gpu', '-filter_hw_device', 'gpu'],
      warning: null,
    });
    expect(choice.options.join(' ')).toMatch(/-vf pad=[^ ]*,format=nv12,hwupload .*-async_depth 1$/);
  });

  it.each([
    [
      'h264_nvenc',
      'libx264',
      'echo "[h264_nvenc @ 0x5] Cannot load libcuda.so.1" >&2; echo "Conversion failed" >&2; exit 1',
      'Cannot load libcuda.so.1',
    ],
    ['hevc_qsv', 'libx265', `echo "Unrecognized option 'async_depth'." >&2; exit 1`, 'this FFmpeg does not have it'],
  ])('falls back from %s to %s, with a warning', async (encoder, instead, answer, reason) => {
    const { path } = await fakeFfmpeg('*"-c:v libx26"*) ;;', `*"-c:v ${encoder}"*) ${answer} ;;`);
    const choice = await chooseVideoEncoder(path, wish(encoder, { preset: 'p1' }));
    expect(choice).toMatchObject({
      encoder: instead,
      warning: `${encoder} does not work here (${reason}); encoding with ${instead}.`,
    });
    expect(choice.options.join(' ')).toContain('-preset ultrafast');
  });

  it('refuses a name that nobody knows, and a pixel format that is none', async () => {
    const { path } = await fakeFfmpeg('*) ;;');
    await expect(chooseVideoEncoder(path, wish('vp9'))).rejects.toMatchObject({
      code: 'BAD_USAGE',
      message: expect.stringMatching(
        /^Nobody knows an encoder "vp9"; choose one of h264, h265, mjpeg, libx264,/,
      ) as string,
    });
    const filter = 'yuv420p,movie=/etc/passwd';
    await expect(chooseVideoEncoder(path, wish('h264', { pixelFormat: filter }))).rejects.toMatchObject({
      code: 'BAD_USAGE',
    });
  });

  it('says that FFmpeg does not run', async () => {
    await expect(chooseVideoEncoder('/nowhere/ffmpeg', wish('h264'))).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
    });
  });
});

describe.each(await ffmpegsUnderTest())('$name', ({ binaries: { ffmpegPath } }) => {
  it.each([
    ['h264', 'libx264'],
    ['h265', 'libx265'],
    ['mjpeg', 'mjpeg'],
  ])('encodes %s', async (encoder, name) => {
    expect(await chooseVideoEncoder(ffmpegPath, wish(encoder))).toMatchObject({ encoder: name, warning: null });
  });

  it('takes another preset and pixel format, and refuses what is none', async () => {
    const fine = await chooseVideoEncoder(ffmpegPath, wish('libx264', { preset: 'fast', pixelFormat: 'yuv422p' }));
    expect(fine.options.join(' ')).toMatch(/format=yuv422p .*-preset fast /);
    await expect(chooseVideoEncoder(ffmpegPath, wish('h264', { preset: 'quick' }))).rejects.toMatchObject({
      code: 'BAD_USAGE',
      message: expect.stringContaining("invalid preset 'quick'") as string,
    });
    await expect(chooseVideoEncoder(ffmpegPath, wish('h264', { pixelFormat: 'yuv' }))).rejects.toMatchObject({
      code: 'BAD_USAGE',
    });
  });

  it.each(['h264_nvenc', 'h264_qsv', 'h264_vaapi', 'h264_videotoolbox'])('uses %s or says why not', async (encoder) => {
    const choice = await chooseVideoEncoder(ffmpegPath, wish(encoder));
    expect(choice.codec).toBe('h264');
    expect(choice.warning === null).toBe(choice.encoder === encoder);
  });
});
