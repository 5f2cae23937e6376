import { access, chmod, constants, copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countsOf, expectCadence, expectSizes } from '../helpers/frame-checks.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { runCommand } from '../helpers/run-command.js';
import { FREE_PORTS, SERVER_BINARY, ServerProcess } from '../helpers/server-process.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const EVERY_FRAME_A_KEY_FRAME = [...H264, '-g', '1'];
/** The index comes first, so that a file that was cut short can still be played. */
const INDEX_FIRST = ['-movflags', '+faststart'];
/** Takes from root what lets it read every file. */
const AS_ROOT_WITHOUT_PRIVILEGE = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];

/** Videos that are odd in themselves, then an ordinary one under odd names. */
const ODD_FILES = [
  '641x359.mp4',
  '1x1.mp4',
  '4k.mp4',
  'variable-rate.mp4',
  'rotated.mp4',
  'cut.mp4',
  'with space.mp4',
  `it's "quoted".mp4`,
  'line\nbreak.mp4',
  '-dash.mp4',
  './equals=sign.mp4',
  'percent%d.mp4',
  'c:olon.mp4',
];

let videos: VideoFixtures;
beforeAll(async () => {
  videos = await VideoFixtures.create();
  await makeBadFiles();
  await makeOddFiles();
});
afterAll(() => videos.remove());

describe('a source that is no readable file', () => {
  it.each([
    { what: 'missing', source: 'nothing.mp4', code: 'SOURCE_NOT_FOUND' },
    { what: 'missing, with a line break', source: 'no\nthing.mp4', code: 'SOURCE_NOT_FOUND' },
    { what: 'a directory without images', source: '.', code: 'SOURCE_NOT_FOUND' },
    { what: 'a device', source: '/dev/null', code: 'SOURCE_UNREADABLE' },
    { what: '0 bytes', source: 'empty.mp4', code: 'SOURCE_UNREADABLE' },
  ])('is refused with one line: $what', async ({ source, code }) => {
    await expectRefusal([source], code);
  });

  it('is refused with one line: no permission', async ({ skip }) => {
    const path = await videos.write('secret.mp4', 'secret');
    await chmod(path, 0o000);
    const isReadable = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (isReadable && !requirePart('setpriv', hasCommand('setpriv'), 'do not run them as root')) skip();
    await expectRefusal(['secret.mp4'], 'SOURCE_UNREADABLE', {}, isReadable ? AS_ROOT_WITHOUT_PRIVILEGE : []);
  });

  it('is refused although the others could be streamed', async () => {
    await expectRefusal(['test:bars', 'empty.mp4', 'test:noise'], 'SOURCE_UNREADABLE');
  });

  it('is refused when there are too many', async () => {
    await expectRefusal(Array<string>(257).fill('test:bars'), 'BAD_USAGE');
  });
});

describe.each(await ffmpegsUnderTest())('$name', ({ binaries }) => {
  const env = { FFMPEG_PATH: binaries.ffmpegPath, FFPROBE_PATH: binaries.ffprobePath };

  describe('a file that is no video', () => {
    it.each(['text.mp4', 'text.txt', 'sound.m4a', 'no-index.mp4'])('is refused with one line: %s', async (source) => {
      await expectRefusal([source], 'SOURCE_NOT_VIDEO', env);
    });
  });

  describe('an odd video', () => {
    let server: ServerProcess;
    beforeAll(async () => {
      server = await ServerProcess.start(['--', ...ODD_FILES], env, videos.folder);
    });
    afterAll(async () => {
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expect(server.stderr).toBe('');
    });

    it.each([
      { stream: '641x359', shape: { width: 641, height: 359, fps: 25 } },
      { stream: '1x1', shape: { width: 1, height: 1, fps: 25 } },
      { stream: '4k', shape: { width: 3840, height: 2160, fps: 5 } },
      { stream: 'rotated', shape: { width: 120, height: 160, fps: 25 } },
      { stream: 'variable-rate', shape: { width: 160, height: 120 } },
    ])('keeps its size and cadence: $stream', async ({ stream, shape }) => {
      const viewer = await watch(stream);
      expect(viewer.stream).toMatchObject(shape);
      await viewer.take(4);
      await viewer.close();
      expectCadence(viewer);
      await expectSizes(viewer);
    });

    it.each(['with-space', 'it-s-quoted', 'line-break', 'dash', 'equals-sign', 'percent-d', 'c-olon'])(
      'is streamed whatever its name is: %s',
      async (stream) => {
        const viewer = await watch(stream);
        await viewer.take(4);
        await viewer.close();
        expectCadence(viewer);
        await expectSizes(viewer);
        const counts = await countsOf(viewer.frames);
        expect(counts).toEqual(viewer.frames.map(({ header }) => header.sequence % 12));
      },
    );

    it('loops over what is there of a file that was cut short', async () => {
      const viewer = await watch('cut');
      const frames = await viewer.take(40);
      await viewer.close();
      expectCadence(viewer);
      await expectSizes(viewer);
      const counts = (await countsOf(frames)).filter((count) => count !== undefined);
      expect(Math.max(...counts)).toBeLessThan(19);
      const rounds = counts.filter((count, index) => count < (counts[index - 1] ?? -1));
      expect(rounds.length).toBeGreaterThanOrEqual(2);
    });

    function watch(stream: string): Promise<Viewer> {
      return Viewer.open(server.port, { subscriptions: [{ stream }] });
    }
  });
});

async function makeBadFiles(): Promise<void> {
  await videos.write('empty.mp4', '');
  await videos.write('text.mp4', 'This is not a video.\n'.repeat(100));
  // FFmpeg takes a text file for a recording of a terminal and would play it.
  await videos.write('text.txt', 'This is not a video.\n'.repeat(100));
  await videos.drawn('sound.m4a', 'sine=duration=0.5', '-c:a', 'aac');
  await cutShort(await videos.drawn('no-index.mp4', 'testsrc=size=320x240:rate=25:duration=1', ...H264));
}

async function makeOddFiles(): Promise<void> {
  const drawn = (name: string, size: string, ...more: string[]) =>
    videos.drawn(name, `testsrc=size=${size}:rate=25:duration=0.6${more.shift() ?? ''}`, ...H264, ...more);
  await drawn('641x359.mp4', '641x359', '', '-pix_fmt', 'yuv444p');
  await drawn('1x1.mp4', '64x64', ',scale=1:1', '-pix_fmt', 'yuv444p');
  await videos.drawn('4k.mp4', 'testsrc=size=3840x2160:rate=5:duration=0.6', ...H264);
  await drawn('variable-rate.mp4', '160x120', ",select='lt(n,8)+not(mod(n,4))'");
  await turnSideways(await drawn('rotated.mp4', '160x120'));
  const counted = { frames: 20, fps: '25', width: 320, height: 240 };
  await cutShort(await videos.counted('cut.mp4', { ...counted, output: [...EVERY_FRAME_A_KEY_FRAME, ...INDEX_FIRST] }));
  const plain = await videos.counted('plain.mp4', { frames: 12, fps: '25', output: H264 });
  for (const name of ODD_FILES.slice(ODD_FILES.indexOf('with space.mp4'))) await copyFile(plain, videos.path(name));
}

/** Expects a server to end with exit code 2 and one line that names `code`. */
async function expectRefusal(
  sources: readonly string[],
  code: string,
  env: NodeJS.ProcessEnv = {},
  prefix: readonly string[] = [],
): Promise<void> {
  const [file = '', ...args] = [...prefix, process.execPath, SERVER_BINARY, ...FREE_PORTS, ...sources];
  const result = await runCommand(file, args, { env, cwd: videos.folder });
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  expect(result.stderr).toMatch(new RegExp(`^streamer-server: [^\\n]+ \\(${code}\\)\\n$`));
}

/** Writes a quarter turn into the track header (ISO/IEC 14496-12, 8.3.2), as a phone that is held upright does. */
async function turnSideways(path: string): Promise<void> {
  const file = await readFile(path);
  const matrix = file.indexOf('tkhd') + 4 + 40;
  [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000].forEach((value, n) => file.writeInt32BE(value, matrix + 4 * n));
  await writeFile(path, file);
}

/** Takes the last two fifths of a file away. */
async function cutShort(path: string): Promise<void> {
  await truncate(path, Math.round(0.6 * (await stat(path)).size));
}
