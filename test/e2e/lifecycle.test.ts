import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { isPrintable } from '../../shared/protocol/printable.js';
import { CAN_LIST_CHILDREN, childrenOf, isAlive, killChildren, untilNoChild } from '../helpers/child-processes.js';
import { countsOf, expectCadence } from '../helpers/frame-checks.js';
import { runNode } from '../helpers/run-command.js';
import { spawnServer, startServer } from '../helpers/server-of-test.js';
import { FREE_PORTS, SERVER_BINARY } from '../helpers/server-process.js';
import type { LogLine, ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const CLEAN_EXIT = { code: 0, signal: null };
/** Least and greatest wait after the first failure, after the second and so on, in seconds as logged. */
const WAITS = [
  [0.1, 0.3],
  [0.2, 0.5],
  [0.5, 1],
  [1, 2],
] as const;

let videos: VideoFixtures;
let oneSecond: string;
beforeAll(async () => {
  videos = await VideoFixtures.create();
  oneSecond = await videos.counted('one.mp4', { frames: 60, fps: '60', output: H264 });
});
afterAll(() => videos.remove());

describe('with --no-loop', () => {
  it('announces the end of each stream, says goodbye and exits with 0 when all have ended', async () => {
    const longer = await videos.counted('longer.mp4', { frames: 150, fps: '60', output: H264 });
    const server = await startServer(['--no-loop', oneSecond, longer]);
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream: '*' }] });
    expect(await viewer.end).toBeNull();
    expect(await server.exit).toEqual(CLEAN_EXIT);
    const ends = viewer.changes.filter(({ event }) => event === 'ended');
    expect(ends.map(({ stream, reason }) => [stream.name, stream.state, reason?.code])).toEqual([
      ['one', 'ended', 'STREAMS_ENDED'],
      ['longer', 'ended', 'STREAMS_ENDED'],
    ]);
    for (const stream of viewer.welcomes[0]!.streams) expectCadence(viewer, stream);
    const lastOf = (id: number) => viewer.frames.filter(({ header }) => header.streamId === id).at(-1)!;
    expect([lastOf(1).header.sequence, lastOf(2).header.sequence]).toEqual([59, 149]);
    expect(await countsOf([lastOf(1), lastOf(2)])).toEqual([59, 149]);
  });

  it('exits with 0 when nobody looks', async () => {
    const server = spawnServer(['--no-loop', oneSecond]);
    expect(await server.exit).toEqual(CLEAN_EXIT);
    expect(server.log.some(({ msg }) => msg.startsWith('stream ended'))).toBe(true);
    expect(server.stderr).toBe('');
  });

  it('tells who comes after the end of a stream that it has ended', async () => {
    const server = await startServer(['--no-loop', oneSecond, 'test:bars?size=64x48']);
    await server.logged((line) => line.msg.startsWith('stream ended'));
    const viewer = await Viewer.open(server.port);
    expect(viewer.stream).toMatchObject({ name: 'one', state: 'ended' });
    await viewer.close();
    expect(childrenOf(server.pid)).toEqual([]);
  });
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('on %s', (signal) => {
  it('says goodbye, ends FFmpeg and exits with 0', async () => {
    const server = await startServer([oneSecond, 'test:bars?size=64x48']);
    const viewers = await Promise.all(['one', 'test-bars'].map((stream) => watch(server, stream)));
    for (const viewer of viewers) await viewer.take(1);
    const children = childrenOf(server.pid);
    if (CAN_LIST_CHILDREN) expect(children.length).toBeGreaterThanOrEqual(2);
    server.kill(signal);
    for (const viewer of viewers) expect(await viewer.end).toMatchObject({ code: 'SERVER_CLOSING' });
    expect(await server.exit).toEqual(CLEAN_EXIT);
    expect(children.filter(isAlive)).toEqual([]);
    expect(server.log.at(-1)).toMatchObject({ msg: 'stopped' });
    expect(server.stderr).toBe('');
  });
});

describe.runIf(CAN_LIST_CHILDREN)('when FFmpeg is killed', () => {
  it('goes on in its place on the timeline, on the same connection', async () => {
    const server = await startServer([oneSecond]);
    const viewer = await Viewer.open(server.port);
    await viewer.take(30);
    const before = viewer.changes.length;
    killChildren(server.pid);
    await viewer.until(() => viewer.changes.some(({ event }) => event === 'up'));
    await viewer.take(90, viewer.frames.length);
    await viewer.close();
    const changes = viewer.changes.slice(before);
    expect(changes[0]).toMatchObject({
      event: 'down',
      stream: { state: 'offline' },
      reason: { code: 'FFMPEG_FAILED' },
    });
    expect(changes.at(-1)).toMatchObject({ event: 'up', stream: { state: 'live' } });
    expect(viewer.welcomes).toHaveLength(1);
    // Frames that were due during the outage never existed, so only those that came are looked at.
    const headers = viewer.frames.map(({ header }) => header);
    const { startTimeUs } = viewer.stream;
    expect(headers.map(({ captureTimeUs }) => captureTimeUs)).toEqual(
      headers.map(({ sequence }) => startTimeUs + Math.round((sequence * 1_000_000) / 60)),
    );
    expect(headers.map(({ sequence }) => sequence)).toEqual(
      headers.map(({ sequence }) => sequence).sort((a, b) => a - b),
    );
    expect(await countsOf(viewer.frames)).toEqual(headers.map(({ sequence }) => sequence % 60));
  });

  it('waits longer each time', async () => {
    const server = await startServer([oneSecond]);
    const viewer = await Viewer.open(server.port);
    const count = (wanted: string) => viewer.changes.filter(({ event }) => event === wanted).length;
    await viewer.take(1);
    for (let kills = 1; kills <= WAITS.length; kills += 1) {
      await viewer.until(() => count('up') === kills - 1);
      killChildren(server.pid);
      await viewer.until(() => count('down') === kills);
    }
    expectWaits(offlineLines(server));
    // While it waits there is nothing to end, and the wait must not hold up the end.
    expect(await server.stop()).toEqual(CLEAN_EXIT);
  });
});

describe.runIf(CAN_LIST_CHILDREN)('when the server is killed', () => {
  it('leaves no FFmpeg behind', async () => {
    const server = await startServer([oneSecond, 'test:noise?size=320x240']);
    const viewers = await Promise.all(['one', 'test-noise'].map((stream) => watch(server, stream)));
    for (const viewer of viewers) await viewer.take(1);
    const children = childrenOf(server.pid);
    expect(children.length).toBeGreaterThanOrEqual(2);
    server.kill('SIGKILL');
    expect(await server.exit).toEqual({ code: null, signal: 'SIGKILL' });
    for (const viewer of viewers) expect(await viewer.end).toMatchObject({ code: 'CONNECTION_LOST' });
    await until(() => !children.some(isAlive));
  });
});

describe('with an FFmpeg that is broken', () => {
  it('says why and tries again, less and less often', async () => {
    const { server, starts } = await startWith(`echo first line >&2; printf 'out of \\033[31mluck\\n' >&2; exit 1`);
    const viewer = await Viewer.open(server.port);
    await server.logged(isOffline, await afterLines(server, isOffline, 2));
    await viewer.until(() => viewer.changes.filter(({ event }) => event === 'down').length > 0);
    expect(offlineLines(server)).toHaveLength(3);
    expectWaits(offlineLines(server));
    expect(await starts()).toBe(3);
    const down = viewer.changes.find(({ event }) => event === 'down')!;
    expect(down).toMatchObject({ stream: { state: 'offline' }, reason: { code: 'FFMPEG_FAILED' } });
    expect(down.reason?.message).toContain('luck');
    expect(isPrintable(down.reason?.message ?? '')).toBe(true);
    expect(viewer.frames).toEqual([]);
    // A failing source is no reason to refuse viewers, and those who come and go do not make it start more often.
    await viewer.close();
    const next = await Viewer.open(server.port);
    await next.until(() => next.changes.some(({ stream }) => stream.state === 'offline'));
  });

  it('takes output that is no picture for a failure', async () => {
    const { server } = await startWith('echo this is no picture; exit 0');
    const viewer = await Viewer.open(server.port);
    await viewer.until(() => viewer.changes.some(({ event }) => event === 'down'));
    expect(viewer.changes.at(-1)).toMatchObject({ stream: { state: 'offline' }, reason: { code: 'SOURCE_FAILED' } });
    expect(viewer.frames).toEqual([]);
    await viewer.close();
  });

  it.runIf(CAN_LIST_CHILDREN)('waits for one that hangs, and ends it when nobody waits any more', async () => {
    const { server, starts } = await startWith('exec sleep 1000');
    const viewer = await Viewer.open(server.port);
    await until(() => childrenOf(server.pid).length === 1);
    const second = await Viewer.open(server.port);
    expect(second.stream.state).toBe('connecting');
    await Promise.all([viewer.close(), second.close()]);
    await untilNoChild(server.pid);
    expect(await starts()).toBe(1);

    await Viewer.open(server.port);
    await until(() => childrenOf(server.pid).length === 1);
    const [child = 0] = childrenOf(server.pid);
    expect(await server.stop()).toEqual(CLEAN_EXIT);
    expect(isAlive(child)).toBe(false);
  });

  it('is not started when it does not even tell its version', async () => {
    const { ffprobePath } = await findFfmpeg(process.env);
    const path = await script('broken.sh', 'echo broken >&2; exit 1');
    const env = { FFMPEG_PATH: path, FFPROBE_PATH: ffprobePath };
    const result = await runNode(SERVER_BINARY, [...FREE_PORTS, oneSecond], { env });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/^streamer-server: \S+\/broken\.sh does not run; [^\n]+ \(FFMPEG_NOT_FOUND\)\n$/);
  });

  /**
   * A server whose FFmpeg tells the version of a good one and then does what the shell script `body` says; `starts`
   * tells how often it did that.
   */
  async function startWith(body: string): Promise<{ server: ServerProcess; starts: () => Promise<number> }> {
    const { ffmpegPath, ffprobePath } = await findFfmpeg(process.env);
    const tellVersion = `[ "$1" = -version ] && exec '${ffmpegPath}' -version`;
    const path = await script('ffmpeg.sh', `${tellVersion}\necho started >> "$0.starts"\n${body}`);
    await videos.write('ffmpeg.sh.starts', '');
    const server = await startServer([oneSecond], { FFMPEG_PATH: path, FFPROBE_PATH: ffprobePath });
    return { server, starts: async () => (await readFile(`${path}.starts`, 'utf8')).split('\n').length - 1 };
  }

  async function script(name: string, body: string): Promise<string> {
    const path = await videos.write(name, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    return path;
  }
});

describe('with a port that is taken', () => {
  it.each([
    ['--port', 'choose another one'],
    ['--classic-port', 'choose another one'],
    ['--http-port', 'take another --http-port, or --no-http'],
  ])('says so in one line and exits with 2: %s', async (flag, advice) => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const result = await runNode(SERVER_BINARY, [...FREE_PORTS, flag, String(port), oneSecond]);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toBe(`streamer-server: Port ${port} on 127.0.0.1 is taken; ${advice}. (PORT_IN_USE)\n`);
  });
});

function watch(server: ServerProcess, stream: string): Promise<Viewer> {
  return Viewer.open(server.port, { subscriptions: [{ stream }] });
}

function isOffline(line: LogLine): boolean {
  return line.msg.startsWith('stream offline');
}

function offlineLines(server: ServerProcess): LogLine[] {
  return server.log.filter(isOffline);
}

/** Waits for `count` lines that match; resolves with the number of lines up to the last of them. */
async function afterLines(server: ServerProcess, matches: (line: LogLine) => boolean, count: number): Promise<number> {
  let from = 0;
  for (let seen = 0; seen < count; seen += 1) from = server.log.indexOf(await server.logged(matches, from)) + 1;
  return from;
}

/** Expects each line to announce a wait that is right after as many failures. */
function expectWaits(lines: readonly LogLine[]): void {
  lines.forEach(({ msg }, index) => {
    const seconds = Number(/ Next try in (\d+\.\d) s\.$/.exec(msg)?.[1]);
    const [least, greatest] = WAITS[index]!;
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(greatest);
  });
}
