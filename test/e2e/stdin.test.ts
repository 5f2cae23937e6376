import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { JpegSplitter } from '../../shared/jpeg/jpeg-splitter.js';
import { CAN_LIST_CHILDREN, childrenOf } from '../helpers/child-processes.js';
import { countsOf } from '../helpers/frame-checks.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { runCommand, runNode } from '../helpers/run-command.js';
import { SERVER_BINARY, ServerProcess } from '../helpers/server-process.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const ENDED = { code: 0, signal: null };
const FRAMES = 50;
const FLOOD_BYTES = 600_000_000;
const AS_IT_IS = { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' };
const DECODED = { mode: 'encoded', reason: 'the source is h264' };

let videos: VideoFixtures;
let jpegs: readonly Buffer[];
beforeAll(async () => {
  videos = await VideoFixtures.create();
  const output = ['-c:v', 'mjpeg', '-q:v', '2', '-huffman', 'optimal'];
  jpegs = await storedJpegs(await videos.counted('video.mjpeg', { frames: FRAMES, fps: '25', output }));
  expect(jpegs).toHaveLength(FRAMES);
  const h264 = ['-c:v', 'libx264', '-g', '10', '-pix_fmt', 'yuv420p'];
  await videos.counted('video.mkv', { frames: FRAMES, fps: '25', output: h264 });
  const noise = 'testsrc2=size=1920x1080:rate=25:duration=0.4,noise=alls=30:allf=t';
  await videos.drawn('large.mjpeg', noise, '-c:v', 'mjpeg', '-q:v', '3');
  await videos.drawn('index-last.mp4', 'testsrc=size=1920x1080:rate=25:duration=1', ...h264, '-qp', '5');
});
afterAll(() => videos.remove());

describe('a server that reads standard input', () => {
  it.each(['mjpeg', 'mpjpeg', 'image2pipe'])(
    'passes JPEGs of FFmpeg on byte for byte, and ends with it: %s',
    async (format) => {
      const server = await startServer();
      const viewer = await Viewer.open(server.port);
      pipeInto(server, ['-re', '-i', videos.path('video.mjpeg'), '-c', 'copy', '-f', format, '-']);
      expect(await viewer.end).toBeNull();
      expect(await server.exit).toEqual(ENDED);
      expect(viewer.frames.length).toBeGreaterThan(FRAMES / 2);
      for (const { header, jpeg } of viewer.frames) expect(jpeg.equals(jpegs[header.sequence]!)).toBe(true);
      expect(viewer.changes.at(-1)?.stream).toMatchObject({ state: 'ended', encoding: AS_IT_IS });
      expect(server.stderr).toBe('');
    },
  );

  it.each(['mpegts', 'matroska'])('decodes a container and plays it to its end: %s', async (format) => {
    const server = await startServer();
    const viewer = await Viewer.open(server.port);
    pipeInto(server, ['-i', videos.path('video.mkv'), '-c', 'copy', '-f', format, '-']);
    expect(await viewer.end).toBeNull();
    expect(await server.exit).toEqual(ENDED);
    const counts = (await countsOf(viewer.frames)) as number[];
    expect(counts.length).toBeGreaterThan(FRAMES / 2);
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(FRAMES - 1);
    const [first, last] = [viewer.frames[0]!.header, viewer.frames.at(-1)!.header];
    // At its own rate, although it was there at once; what FFmpeg looked at first may come faster.
    expect(last.captureTimeUs - first.captureTimeUs).toBeGreaterThan(1_000_000);
    expect(viewer.changes.at(-1)?.stream).toMatchObject({ state: 'ended', encoding: DECODED });
  });

  it('gives a viewer what comes now, whatever came before', async () => {
    const server = await startServer();
    server.stdin.write(Buffer.concat(jpegs));
    await server.logged(({ msg }) => msg === 'stream live');
    const viewer = await Viewer.open(server.port);
    await viewer.until(() => viewer.frames.length > 0);
    const kept = viewer.frames.length;
    server.stdin.write(jpegs[7]!);
    const [frame] = await viewer.take(1, kept);
    expect(frame?.jpeg.equals(jpegs[7]!)).toBe(true);
    expect(frame?.header.sequence).toBe(FRAMES);
    await viewer.close();
  });

  it('ends when the program that writes is killed within a picture', async () => {
    const server = await startServer();
    const viewer = await Viewer.open(server.port);
    const producer = pipeInto(server, ['-re', '-f', 'lavfi', '-i', 'testsrc=size=1280x720', '-f', 'mjpeg', '-']);
    await viewer.take(5);
    producer.kill('SIGKILL');
    expect(await viewer.end).toBeNull();
    expect(await server.exit).toEqual(ENDED);
  });

  it.each(['mjpeg', 'mpegts'])('stops although the other program goes on: %s', async (format) => {
    const server = await startServer();
    const viewer = await Viewer.open(server.port);
    pipeInto(server, ['-re', '-f', 'lavfi', '-i', 'testsrc=size=640x480', '-f', format, '-']);
    await viewer.take(5);
    const children = childrenOf(server.pid);
    if (CAN_LIST_CHILDREN) expect(children).toHaveLength(format === 'mjpeg' ? 0 : 1);
    expect(await server.stop()).toEqual(ENDED);
    expect(server.log.at(-1)?.msg).toBe('stopped');
    expect(server.stderr).toBe('');
  });

  it('takes a flood in bounded memory', async () => {
    const server = await startServer();
    const flood = await readFile(videos.path('large.mjpeg'));
    for (let writtenBytes = 0; writtenBytes < FLOOD_BYTES; writtenBytes += flood.length) {
      if (!server.stdin.write(flood)) await once(server.stdin, 'drain');
    }
    if (CAN_LIST_CHILDREN) expect(await residentBytes(server.pid)).toBeLessThan(FLOOD_BYTES / 2);
    server.stdin.end();
    expect(await server.exit).toEqual(ENDED);
  });

  it.each([
    { what: 'nothing', input: '', message: 'Standard input ended before its first picture.' },
    { what: 'text', input: '{"error":"no camera"}', message: 'Standard input holds no video' },
    { what: 'noise', input: 'noise '.repeat(100_000), message: 'Standard input holds nothing that FFmpeg takes for' },
  ])('says what is wrong, then ends: $what', async ({ input, message }) => {
    const server = spawnServer();
    server.stdin.end(input);
    const line = await server.logged(({ msg }) => msg.startsWith('stream offline'));
    expect(line.msg).toContain(message);
    expect(line['code']).toBe('SOURCE_NOT_VIDEO');
    expect(await server.exit).toEqual(ENDED);
    expect(server.stderr).toBe('');
  });

  it('says that an index at the end cannot be read from a pipe', async () => {
    const server = spawnServer();
    server.stdin.end(await readFile(videos.path('index-last.mp4')));
    const line = await server.logged(({ msg }) => msg.startsWith('stream offline'));
    expect(line.msg).toContain('-movflags +faststart');
    expect(await server.exit).toEqual(ENDED);
  });

  it('goes beside other sources, which go on when it has ended', async () => {
    const server = await startServer('bars=test:bars');
    server.stdin.end(Buffer.concat(jpegs));
    await server.logged(({ msg, stream }) => stream === 'stdin' && msg.startsWith('stream ended'));
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream: 'bars' }] });
    await viewer.take(2);
    await viewer.close();
    expect(await server.stop()).toEqual(ENDED);
  });

  it('is part of a pipe of the shell, and of the check', async () => {
    const path = videos.path('video.mjpeg');
    const pipe = `"${process.execPath}" "${SERVER_BINARY}" - --port 0 --http-port 0`;
    const { exitCode, stdout } = await runCommand('sh', ['-c', `cat "${path}" | ${pipe}`]);
    expect({ exitCode, last: stdout.trim().split('\n').at(-1) }).toMatchObject({
      exitCode: 0,
      last: expect.stringContaining('stopped') as string,
    });
    const checked = await runCommand('sh', ['-c', `cat "${path}" | ${pipe} --check`]);
    expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(checked.stdout).toBe(
      'stdin: standard input, read always: mjpeg 64x48, pass-through: the source is JPEG and nothing else was asked for\n' +
        'The configuration is good.\n',
    );
    const file = await runCommand('sh', ['-c', `${pipe} --check < "${videos.path('video.mkv')}"`]);
    expect(file.stdout).toContain('h264 64x48 at 25 fps, encoded: the source is h264');
  });

  it.skipIf(!requirePart('script', hasCommand('script'), 'apt-get install bsdutils'))(
    'refuses a terminal',
    async () => {
      const command = `"${process.execPath}" "${SERVER_BINARY}" -`;
      const { exitCode, stdout } = await runCommand('script', ['-qec', command, '/dev/null']);
      expect(exitCode).toBe(2);
      expect(stdout).toContain('Nothing is piped into standard input');
    },
  );

  it('refuses to be two sources', async () => {
    const { exitCode, stderr } = await runNode(SERVER_BINARY, ['a=-', 'b=-']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('streamer-server: Standard input can be one source only. (BAD_USAGE)\n');
  });
});

function spawnServer(...sources: readonly string[]): ServerProcess {
  const server = ServerProcess.spawn(['-', ...sources], {}, undefined, 'pipe');
  // What it was not asked to read any more is of no interest.
  server.stdin.on('error', () => undefined);
  onTestFinished(async () => void (await server.stop()));
  return server;
}

async function startServer(...sources: readonly string[]): Promise<ServerProcess> {
  const server = spawnServer(...sources);
  await server.logged(({ msg }) => msg === 'listening');
  return server;
}

/** Starts FFmpeg, whose output the server reads. */
function pipeInto(server: ServerProcess, args: readonly string[]): ChildProcess {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const producer = spawn(videos.binaries.ffmpegPath, ['-v', 'error', ...args], { stdio: [...stdio] });
  producer.stdout?.pipe(server.stdin);
  onTestFinished(() => void producer.kill('SIGKILL'));
  return producer;
}

async function storedJpegs(path: string): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  const onJpeg = (jpeg: Buffer) => void found.push(jpeg);
  const splitter = new JpegSplitter({ maxBytes: 1_000_000, onStart: () => undefined, onJpeg });
  splitter.push(await readFile(path));
  return found;
}

/** Memory of the process `pid` on Linux. */
async function residentBytes(pid: number): Promise<number> {
  const pages = Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]);
  return pages * 4096;
}
