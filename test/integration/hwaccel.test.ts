import { chmod, readFile, unlink } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { checkHwaccel, chooseHwaccel } from '../../shared/ffmpeg/hwaccel.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

let made = 0;

/**
 * A program that takes the place of FFmpeg: it lists `methods`, and `answers` says, as cases of a shell, how it ends when
 * it is to decode. `calls` are the arguments of each start.
 */
async function fakeFfmpeg(methods: readonly string[], ...answers: string[]) {
  made += 1;
  const path = await fixtures.write(
    `ffmpeg-${made}`,
    [
      '#!/bin/sh',
      'echo "$*" >> "$0.calls"',
      'case "$*" in',
      `*-hwaccels*) printf 'Hardware acceleration methods:\\n${methods.map((method) => `${method}\\n`).join('')}\\n' ;;`,
      ...answers,
      '*) echo "[AVHWDeviceContext @ 0x5] No device." >&2; exit 1 ;;',
      'esac',
      '',
    ].join('\n'),
  );
  await chmod(path, 0o755);
  return { path, calls: async () => (await readFile(`${path}.calls`, 'utf8')).trimEnd().split('\n') };
}

describe('chooseHwaccel', () => {
  it('asks nobody about none', async () => {
    expect(await chooseHwaccel('/nowhere/ffmpeg', 'none')).toEqual({ hwaccel: 'none', warning: null });
  });

  it('takes the first method that decodes, and tries no further', async () => {
    const { path, calls } = await fakeFfmpeg(['vdpau', 'vaapi', 'cuda'], '*"-hwaccel vaapi"*|*"-hwaccel cuda"*) ;;');
    expect(await chooseHwaccel(path, 'auto')).toEqual({ hwaccel: 'vaapi', warning: null });
    const tried = (await calls()).map((call) => /-hwaccel (\w+)/.exec(call)?.[1]);
    expect(tried).toEqual([undefined, 'vdpau', 'vaapi', 'vaapi']);
  });

  it.each([
    ['vaapi', 'vaapi'],
    ['cuda', 'cuda'],
    ['vdpau', 'vdpau'],
    ['qsv', 'qsv'],
    ['vulkan', 'vulkan'],
    ['drm', 'drm_prime'],
    ['d3d11va', 'd3d11'],
    ['d3d12va', 'd3d12'],
    ['dxva2', 'dxva2_vld'],
    ['videotoolbox', 'videotoolbox_vld'],
  ])('fetches pictures of %s from the hardware, then decodes as sources do', async (method, format) => {
    const { path, calls } = await fakeFfmpeg([method], '*) ;;');
    expect(await chooseHwaccel(path, method)).toEqual({ hwaccel: method, warning: null });
    const [first, second] = await calls();
    expect(first).toMatch(
      new RegExp(`-hwaccel ${method} -hwaccel_output_format ${format} -i file:.*sample.mp4 .*-vf hwdownload,`),
    );
    expect(second).toMatch(new RegExp(`-hwaccel ${method} -i file:.*sample.mp4 .*-vf scale=`));
  });

  it('does not take a method that decodes in software without a word', async () => {
    const { path } = await fakeFfmpeg(['vulkan'], '*hwdownload*) echo "Impossible to convert" >&2; exit 1 ;;', '*) ;;');
    expect(await chooseHwaccel(path, 'vulkan')).toEqual({
      hwaccel: 'none',
      warning: '--hwaccel vulkan does not work here (Impossible to convert); decoding in software.',
    });
  });

  it('does not take a method that keeps its pictures from the filters of the sources', async () => {
    const { path } = await fakeFfmpeg(['qsv'], '*hwdownload*) ;;');
    expect(await chooseHwaccel(path, 'auto')).toEqual({
      hwaccel: 'none',
      warning: 'No hardware decoder works here (tried qsv); decoding in software.',
    });
  });

  it('tells why the method that was named does not work, or what was tried', async () => {
    const { path } = await fakeFfmpeg(['vdpau', 'cuda']);
    expect(await chooseHwaccel(path, 'cuda')).toEqual({
      hwaccel: 'none',
      warning: '--hwaccel cuda does not work here (No device); decoding in software.',
    });
    expect((await chooseHwaccel(path, 'auto')).warning).toBe(
      'No hardware decoder works here (tried vdpau, cuda); decoding in software.',
    );
  });

  it('tries each method of an FFmpeg once', async () => {
    const { path, calls } = await fakeFfmpeg(['vaapi', 'cuda']);
    const answers = await Promise.all([chooseHwaccel(path, 'cuda'), chooseHwaccel(path, 'cuda')]);
    await chooseHwaccel(path, 'auto');
    await chooseHwaccel(path, 'vaapi');
    expect(answers[0]).toEqual(answers[1]);
    const tried = (await calls())
      .filter((call) => call.includes('-hwaccel '))
      .map((call) => /-hwaccel (\w+)/.exec(call)?.[1]);
    expect(tried).toEqual(['cuda', 'vaapi']);
    const other = await fakeFfmpeg(['cuda'], '*"-hwaccel cuda"*) ;;');
    expect((await chooseHwaccel(other.path, 'cuda')).hwaccel).toBe('cuda');
  });

  it('waits five seconds for a driver that hangs', async () => {
    const { path } = await fakeFfmpeg(['vaapi'], '*) exec sleep 60 ;;');
    expect(await chooseHwaccel(path, 'vaapi')).toEqual({
      hwaccel: 'none',
      warning: '--hwaccel vaapi does not work here (no answer in 5 s); decoding in software.',
    });
  });

  it('falls back where FFmpeg has no method, or does not run', async () => {
    const { path } = await fakeFfmpeg([]);
    const warning = 'No hardware decoder works here (FFmpeg knows none); decoding in software.';
    expect(await chooseHwaccel(path, 'auto')).toEqual({ hwaccel: 'none', warning });
    await unlink(path);
    expect(await chooseHwaccel(path, 'auto')).toEqual({ hwaccel: 'none', warning });
    expect((await chooseHwaccel(path, 'cuda')).hwaccel).toBe('none');
  });
});

describe.each(await ffmpegsUnderTest())('$name and hardware', ({ binaries: { ffmpegPath } }) => {
  it('decodes with what it chose, or says that nothing works', async () => {
    const { hwaccel, warning } = await chooseHwaccel(ffmpegPath, 'auto');
    if (hwaccel === 'none') {
      expect(warning).toMatch(/^No hardware decoder works here \((tried [a-z0-9_, ]+|FFmpeg knows none)\); /);
    } else {
      expect(warning).toBeNull();
      await checkHwaccel(ffmpegPath, hwaccel);
    }
  });

  it('refuses a method it does not know', async () => {
    await expect(checkHwaccel(ffmpegPath, 'warp-drive')).rejects.toMatchObject({
      code: 'BAD_USAGE',
      message: expect.stringMatching(
        /^--hwaccel warp-drive is unknown to this FFmpeg; it has .+\. Use auto or none\.$/,
      ) as string,
    });
    await expect(checkHwaccel(ffmpegPath, 'Hardware acceleration methods:')).rejects.toMatchObject({
      code: 'BAD_USAGE',
    });
  });
});

describe('checkHwaccel', () => {
  it.each(['none', 'auto'])('does not ask FFmpeg about %s', async (name) => {
    await checkHwaccel('/nowhere/ffmpeg', name);
  });
});
