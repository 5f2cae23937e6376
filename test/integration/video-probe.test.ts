import { chmod, copyFile, mkdir, truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeVideo } from '../../server/sources/video-probe.js';
import { StreamerError } from '../../shared/errors.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
const fixtures = await VideoFixtures.create();
/** Two seconds at 30 fps; in the first every second picture is missing. */
const EVERY_SECOND_MISSING = "testsrc=size=64x48:rate=30:duration=2,select='gt(n,30)+mod(n,2)'";

beforeAll(async () => {
  await Promise.all([
    fixtures.drawn('plain.mp4', 'testsrc=size=64x48:rate=25:duration=1', ...H264),
    fixtures.drawn('odd.mkv', 'testsrc=size=63x47:rate=30:duration=0.5', '-c:v', 'ffv1'),
    fixtures.drawn('one-pixel.mkv', 'color=size=2x2:rate=10:duration=0.5,format=rgb24,crop=1:1', '-c:v', 'ffv1'),
    fixtures.drawn('ntsc.mp4', 'testsrc=size=64x48:rate=30000/1001:duration=2', ...H264),
    fixtures.drawn('uhd.mkv', 'color=size=3840x2160:rate=30:duration=0.1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'),
    fixtures.drawn('wide-pixels.mp4', 'testsrc=size=64x48:rate=25:duration=1,setsar=4/3', ...H264),
    fixtures.drawn('tall-pixels.mkv', 'testsrc=size=64x48:rate=25:duration=1,setsar=8/9', ...H264),
    fixtures.drawn('still.png', 'testsrc=size=64x48', '-frames:v', '1'),
    fixtures.drawn('audio.m4a', 'sine=duration=1'),
    fixtures.drawn('long-audio.mkv', 'testsrc=size=64x48:rate=25:duration=1[out0];sine=duration=3[out1]', ...H264),
    fixtures.drawn('variable.mkv', EVERY_SECOND_MISSING, '-vsync', '0', ...H264),
    fixtures.drawn('variable.mp4', EVERY_SECOND_MISSING, '-vsync', '0', ...H264),
    fixtures.drawn('huge.mkv', 'color=size=16384x9216:rate=1:duration=1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'),
    fixtures.drawn('very-wide-pixels.mkv', 'testsrc=size=1000x2:rate=25:duration=1,setsar=99', ...H264),
    fixtures.write('empty.mp4', ''),
    fixtures.write('text.mp4', 'This is a letter, not a video.\n'.repeat(2000)),
    fixtures.write('text.txt', 'This is a letter, not a video.\n'.repeat(2000)),
    fixtures.write('noise.mp4', Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 31 + i * 7) % 256))),
    mkdir(fixtures.path('folder.mp4')),
  ]);
  const plain = fixtures.path('plain.mp4');
  await Promise.all([
    fixtures.make('rotated.mp4', ['-i', plain, '-c', 'copy', '-metadata:s:v:0', 'rotate=90']),
    fixtures.make('upside-down.mp4', ['-i', plain, '-c', 'copy', '-metadata:s:v:0', 'rotate=180']),
    fixtures.make('index-first.mp4', ['-i', plain, '-c', 'copy', '-movflags', 'faststart']),
    fixtures.make('fragmented.mp4', ['-i', plain, '-c', 'copy', '-movflags', 'frag_keyframe+empty_moov']),
    fixtures.make('cover.mp3', [
      '-f',
      'lavfi',
      '-i',
      'sine=duration=1',
      '-i',
      fixtures.path('still.png'),
      '-map',
      '0',
      '-map',
      '1',
    ]),
    fixtures.make('cover.mp4', [
      '-i',
      plain,
      '-i',
      fixtures.path('still.png'),
      '-map',
      '0',
      '-map',
      '1',
      '-c',
      'copy',
      '-disposition:v:1',
      'attached_pic',
    ]),
    copyFile(plain, fixtures.path('no-index.mp4')).then(() => truncate(fixtures.path('no-index.mp4'), 2000)),
  ]);
  await copyFile(fixtures.path('index-first.mp4'), fixtures.path('cut.mp4'));
  await truncate(fixtures.path('cut.mp4'), 3000);
}, 60_000);

afterAll(() => fixtures.remove());

describe.each(await ffmpegsUnderTest())('probeVideo with $name', ({ binaries }) => {
  const probe = (name: string) => probeVideo(binaries.ffprobePath, fixtures.path(name));
  const refusal = (name: string) =>
    probe(name).then(
      (video) => expect.fail(`took ${name} for ${JSON.stringify(video)}`),
      (error: unknown) =>
        error instanceof StreamerError ? `${error.code}: ${error.message}` : expect.fail(String(error)),
    );
  const inFolder = (text: string) => text.replaceAll('FOLDER', fixtures.folder);

  it('tells size, rate, length and codec', async () => {
    expect(await probe('plain.mp4')).toEqual({
      width: 64,
      height: 48,
      fps: 25,
      variableRate: false,
      frames: 25,
      durationSeconds: 1,
      codec: 'h264',
      isPlain: true,
      rewinds: true,
    });
  });

  it.each([
    ['odd.mkv', { width: 63, height: 47, fps: 30, codec: 'ffv1' }],
    ['one-pixel.mkv', { width: 1, height: 1, fps: 10 }],
    ['uhd.mkv', { width: 3840, height: 2160, fps: 30 }],
    ['ntsc.mp4', { fps: 30_000 / 1001, variableRate: false, frames: 60 }],
    ['fragmented.mp4', { width: 64, height: 48, fps: 25, variableRate: false }],
    ['index-first.mp4', { frames: 25 }],
    ['still.png', { width: 64, height: 48, durationSeconds: null, frames: null }],
  ])('reads %s', async (name, expected) => {
    expect(await probe(name)).toMatchObject(expected);
  });

  it('gives the size as shown: upright, with square pixels', async () => {
    expect(await probe('rotated.mp4')).toMatchObject({ width: 48, height: 64 });
    expect(await probe('upside-down.mp4')).toMatchObject({ width: 64, height: 48 });
    expect(await probe('wide-pixels.mp4')).toMatchObject({ width: 85, height: 48 });
    expect(await probe('tall-pixels.mkv')).toMatchObject({ width: 57, height: 48 });
  });

  it.each(['variable.mp4', 'variable.mkv'])('tells that the rate of %s varies, and its mean', async (name) => {
    // 44 pictures in two seconds, though Matroska claims 30 a second.
    expect(await probe(name)).toMatchObject({ variableRate: true, fps: expect.closeTo(22, 0) as number });
  });

  it.each(['plain.mp4', 'odd.mkv', 'fragmented.mp4'])('knows how many pictures %s has', async (name) => {
    expect((await probe(name)).frames).toBe(name === 'odd.mkv' ? 15 : 25);
  });

  it('takes the length of the video, not of sound that is longer', async () => {
    expect(await probe('long-audio.mkv')).toMatchObject({
      durationSeconds: expect.closeTo(1, 1) as number,
      frames: 25,
    });
  });

  it('takes a video beside cover art for a video', async () => {
    expect(await probe('cover.mp4')).toMatchObject({ width: 64, height: 48, codec: 'h264' });
  });

  it('takes a cut file whose index is there for what the index says', async () => {
    expect(await probe('cut.mp4')).toMatchObject({ width: 64, height: 48, frames: 25 });
  });

  it.each([
    ['there-is-none.mp4', 'SOURCE_NOT_FOUND: There is no file FOLDER/there-is-none.mp4; check the path.'],
    ['folder.mp4', 'SOURCE_UNREADABLE: FOLDER/folder.mp4 is a directory; name a video file.'],
    ['plain.mp4/inside.mp4', 'SOURCE_UNREADABLE: FOLDER/plain.mp4/inside.mp4 cannot be read; check its permissions.'],
    ['empty.mp4', 'SOURCE_UNREADABLE: FOLDER/empty.mp4 is empty.'],
    ['audio.m4a', 'SOURCE_NOT_VIDEO: FOLDER/audio.m4a is no video that can be streamed: it has no video stream.'],
    ['cover.mp3', 'SOURCE_NOT_VIDEO: FOLDER/cover.mp3 is no video that can be streamed: it has no video stream.'],
    [
      'huge.mkv',
      'SOURCE_NOT_VIDEO: FOLDER/huge.mkv is no video that can be streamed: 16384x9216 pixels are more than can be handled.',
    ],
    [
      'very-wide-pixels.mkv',
      'SOURCE_NOT_VIDEO: FOLDER/very-wide-pixels.mkv is no video that can be streamed: 99000x2 pixels are more than can be handled.',
    ],
    ...['text.mp4', 'noise.mp4', 'no-index.mp4'].map((name) => [
      name,
      `SOURCE_NOT_VIDEO: FOLDER/${name} is no video that can be streamed: Invalid data found when processing input.`,
    ]),
  ])('refuses %s', async (name, expected) => {
    expect(await refusal(name)).toBe(inFolder(expected));
  });

  it('refuses a text, which FFmpeg would play as a terminal', async () => {
    expect(await refusal('text.txt')).toMatch(/^SOURCE_NOT_VIDEO: .* is no video that can be streamed: .+\.$/);
  });

  it.each([
    'with spaces.mp4',
    `quotes ' and ".mp4`,
    'new\nline.mp4',
    '-leading-dash.mp4',
    'http:colon.mp4',
    'percent %d %03d.mp4',
    'back\\slash.mp4',
    '$(touch x) `touch x`;&|.mp4',
    'ümläut 視頻 🎥.mp4',
    '[0:v] in, out; filter=x.mp4',
  ])('reads a file named %j', async (name) => {
    await copyFile(fixtures.path('plain.mp4'), fixtures.path(name));
    expect(await probe(name)).toMatchObject({ width: 64, height: 48, frames: 25 });
  });

  it('keeps its message on one line whatever the file is called', async () => {
    expect(await refusal('no\nsuch\u001b[31m\u202efile')).toBe(
      inFolder('SOURCE_NOT_FOUND: There is no file "FOLDER/no\\nsuch\\u001b[31m\ufffdfile"; check the path.'),
    );
  });
});

describe('an ffprobe that fails', () => {
  const withProbe = async (script: string) => {
    const path = await fixtures.write('fake-ffprobe', `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return probeVideo(path, fixtures.path('plain.mp4')).catch(
      (error: StreamerError) => `${error.code}: ${error.message}`,
    );
  };

  it('is no fault of the file when it does not exist', async () => {
    const error = await probeVideo('/nowhere/ffprobe', fixtures.path('plain.mp4')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: '/nowhere/ffprobe does not run (ENOENT); install FFmpeg or set FFPROBE_PATH.',
    });
  });

  it('is named when it crashes', async () => {
    expect(await withProbe('kill -SEGV $$')).toContain('ffprobe crashed on it (SIGSEGV); another version');
  });

  it('is quoted with its last words', async () => {
    expect(await withProbe('echo "file:x: Something is wrong" >&2; exit 1')).toContain('streamed: Something is wrong.');
  });

  it('need not say anything', async () => {
    expect(await withProbe('exit 1')).toContain('streamed: FFmpeg cannot read it.');
    expect(await withProbe('echo "{"')).toContain('streamed: FFmpeg cannot read it.');
    expect(await withProbe('echo "{}"')).toContain('streamed: it has no video stream.');
    expect(await withProbe(`echo '{"streams":[{}],"frames":[]}'`)).toContain('not one frame of it can be decoded.');
  });
});
