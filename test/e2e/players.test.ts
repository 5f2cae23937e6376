import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parserOf } from '../helpers/multipart-receiver.js';
import {
  NUMBER_BITS,
  NUMBERED_HEIGHT,
  NUMBERED_WIDTH,
  numberShown,
  numbersShown,
} from '../helpers/numbered-picture.js';
import { NumberedStream } from '../helpers/numbered-stream.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { runCommand } from '../helpers/run-command.js';
import { until } from '../helpers/until.js';

const has = (command: string, howToInstall: string) => requirePart(command, hasCommand(command), howToInstall);
const ffmpeg = has('ffmpeg', 'install ffmpeg') && has('ffprobe', 'install ffmpeg');
const ffplay = has('ffplay', 'install ffmpeg');
const vlc = has('cvlc', 'apt-get install vlc-bin vlc-plugin-base');
const curl = has('curl', 'install curl');
const python = process.env.FRAME_STREAMER_PYTHON ?? 'python3';
const python3 = requirePart('python3', await canRun(python, ['--version']), 'install Python 3.9 or newer');
const opencv = requirePart('OpenCV', await canRun(python, ['-c', 'import cv2']), 'pip install opencv-python-headless');

const script = (name: string) => fileURLToPath(new URL(`players/${name}`, import.meta.url));
/** On a busy machine a player that has just come may miss some. */
const SOME = { mayMiss: 5 };
/** As root VLC plays nothing. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe('players of MJPEG', () => {
  let stream: NumberedStream;
  let url: string;
  beforeAll(async () => {
    stream = await NumberedStream.start();
    url = stream.server.url();
    stream.play();
  });
  afterAll(() => stream.stop());

  it.skipIf(!ffmpeg)('ffprobe sees pictures of their size', async () => {
    const entries = ['-show_entries', 'frame=width,height', '-of', 'csv=p=0'];
    const args = ['-v', 'error', '-read_intervals', '%+#20', ...entries, url];
    const { stdout, stderr } = await runCommand('ffprobe', args);
    expect(stderr).toBe('');
    const frames = stdout.trim().split('\n');
    expect(frames).toEqual(new Array(20).fill(`${NUMBERED_WIDTH},${NUMBERED_HEIGHT}`));
  });

  it.skipIf(!ffmpeg)('ffmpeg sees one picture after the other', async () => {
    const gray = ['-vf', `scale=${NUMBER_BITS}:1:flags=area`, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
    const args = ['-v', 'error', '-i', url, '-fps_mode', 'passthrough', '-frames:v', '50', ...gray];
    const { stdout } = await execa('ffmpeg', args, { encoding: 'buffer' });
    const numbers = numbersShown(Buffer.from(stdout));
    expect(numbers).toHaveLength(50);
    expect(numbers).toSatisfy((shown: number[]) => NumberedStream.follows(shown, SOME));
  });

  it.skipIf(!ffplay)('ffplay plays', async () => {
    const env = { SDL_VIDEODRIVER: 'dummy', SDL_AUDIODRIVER: 'dummy' };
    const player = execa('ffplay', ['-nostats', '-vf', 'showinfo', url], { env, reject: false });
    const sizes: string[] = [];
    for await (const line of player.iterable({ from: 'stderr' })) {
      const size = /showinfo.*? n: *\d+ .* s:(\d+x\d+)/.exec(line)?.[1];
      if (size !== undefined && sizes.push(size) === 50) player.kill('SIGKILL');
    }
    expect(sizes.length).toBeGreaterThanOrEqual(50);
    expect(new Set(sizes)).toEqual(new Set([`${NUMBERED_WIDTH}x${NUMBERED_HEIGHT}`]));
  });

  it.skipIf(!vlc)('VLC shows one picture after the other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vlc-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o777);
    const scene = ['--video-filter=scene', '--scene-format=png', '--scene-ratio=1', '--scene-prefix=n'];
    const options = ['--intf=dummy', '--no-audio', '--vout=dummy', ...scene, `--scene-path=${folder}`];
    const player = execa('cvlc', [...options, url], { env: { HOME: folder }, reject: false, ...NOBODY });
    onTestFinished(() => void player.kill('SIGKILL'));
    const pictures = async () => (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
    await until(async () => (await pictures()).length > 30);
    player.kill('SIGKILL');
    await player;
    // The last one may not be whole.
    const files = (await pictures()).slice(0, 30);
    const numbers = await Promise.all(files.map(async (name) => numberOf(await readFile(join(folder, name)))));
    // It shows some of them for longer than others.
    const shown = numbers.filter((number, n) => number !== numbers[n - 1]);
    expect(shown.length).toBeGreaterThanOrEqual(10);
    expect(shown).toSatisfy((all: number[]) => NumberedStream.follows(all, { mayMiss: 30 }));
  });

  it.skipIf(!opencv)('OpenCV shows one picture after the other', async () => {
    const { stdout, stderr } = await runCommand(python, [script('opencv_player.py'), url, '50', `${NUMBER_BITS}`]);
    expect(stdout, stderr).not.toBe('');
    const { size, fields } = JSON.parse(stdout) as { size: number[]; fields: number[][] };
    expect(size).toEqual([NUMBERED_WIDTH, NUMBERED_HEIGHT]);
    const numbers = fields.map(numberShown);
    expect(numbers).toHaveLength(50);
    expect(numbers).toSatisfy((shown: number[]) => NumberedStream.follows(shown, SOME));
  });

  it.skipIf(!python3)("Python's own library takes the parts apart", async () => {
    const { stdout, stderr } = await runCommand(python, [script('multipart_reader.py'), url, '50']);
    expect(stdout, stderr).not.toBe('');
    const parts = JSON.parse(stdout) as { sequence: number; timestamp: number; [key: string]: unknown }[];
    expect(parts).toHaveLength(50);
    for (const part of parts) expect(part).toMatchObject({ type: 'image/jpeg', isJpeg: true, isDelimited: true });
    const steps = parts.slice(1).map((part, n) => part.sequence - parts[n]!.sequence);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(1);
    const times = parts.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it.skipIf(!curl)('curl receives what a parser takes', async () => {
    const body = ['--silent', '--max-time', '2', '--output', '-', url];
    const { stdout } = await execa('curl', body, { encoding: 'buffer', reject: false });
    const { parser, parts } = parserOf();
    parser.push(Buffer.from(stdout));
    expect(parts.length).toBeGreaterThan(20);
    const numbers = await Promise.all(parts.slice(0, 20).map(({ body: jpeg }) => numberOf(jpeg)));
    expect(numbers).toSatisfy((shown: number[]) => NumberedStream.follows(shown, SOME));
  });
});

/** The number that a picture shows, whatever size it has. */
async function numberOf(picture: Buffer): Promise<number> {
  const fields = await sharp(picture).resize(NUMBER_BITS, 1, { fit: 'fill' }).grayscale().raw().toBuffer();
  return numberShown(fields);
}

async function canRun(command: string, args: readonly string[]): Promise<boolean> {
  const { exitCode } = await runCommand(command, args).catch(() => ({ exitCode: 1 }));
  return exitCode === 0;
}
