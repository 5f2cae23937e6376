import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MediamtxApi } from '../../server/rtsp/mediamtx-api.js';
import { type MediamtxOptions, type MediamtxProcess, startMediamtx } from '../../server/rtsp/mediamtx-process.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { isAlive } from '../helpers/child-processes.js';
import { rtspSource, runOfTest } from '../helpers/live-source-of-test.js';
import { mediamtxPath } from '../helpers/mediamtx-build.js';
import { requireMediamtx } from '../helpers/mediamtx-server.js';
import { ofTest } from '../helpers/of-test.js';
import { h264, StreamSender } from '../helpers/stream-sender.js';
import { until } from '../helpers/until.js';

const LIVES_ON = fileURLToPath(new URL('../helpers/mediamtx-keeper.ts', import.meta.url));
const clock = new SystemClock();
const lines: { level: string; msg: string; code?: string; reason?: string }[] = [];
const logger = createLogger({
  level: 'debug',
  pretty: false,
  destination: { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
});
const CAMERA = { codec: h264(), format: 'rtsp', size: '320x240', fps: 25, outputOptions: ['-rtsp_transport', 'tcp'] };
const OPTIONS = { host: '127.0.0.1', viewerPassword: null, env: process.env };

let folder = '';
beforeEach(async () => {
  lines.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'mediamtx-process-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.skipIf(!requireMediamtx())('a MediaMTX of our own', () => {
  it('works when it is there, and is gone when it was stopped', async () => {
    const mediamtx = await start();
    const { pid } = mediamtx;
    expect(await mediamtx.api.paths()).toEqual(new Map());
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'debug', msg: expect.stringMatching(/^MediaMTX: \[RTSP\] listener opened/) }),
    );
    await mediamtx.stop();
    expect(isAlive(pid ?? 0)).toBe(false);
    expect([mediamtx.pid, await mediamtx.api.paths()]).toEqual([null, null]);
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('leaves no file, and no password in its log', async () => {
    const mediamtx = await start({ viewerPassword: 'v1ewer secret' });
    expect(await readdir(folder)).toEqual([]);
    const { password } = new URL(mediamtx.rtspUrl);
    expect(password).toHaveLength(32);
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${password}|v1ewer`));
  });

  it('takes streams of its owner alone, and shows them to who knows the password alone', async () => {
    const mediamtx = await start({ viewerPassword: 'tökén / 1' });
    await ofTest(StreamSender.start(`${mediamtx.rtspUrl}/cam`, CAMERA));
    await until(async () => (await mediamtx.api.paths())?.get('cam')?.isReady === true);
    const { rtsp } = mediamtx.readUrls('cam');
    const right = withUser(rtsp, 'viewer', 'tökén / 1');
    const stranger = await ofTest(StreamSender.start(right.replace(/cam$/, 'other'), CAMERA));
    const denied = runOfTest(await rtspSource(rtsp));
    const viewer = runOfTest(await rtspSource(right));
    const [, api = ''] = /\[API\] listener opened on (\S+)/.exec(lines.map(({ msg }) => msg).join('\n')) ?? [];
    // MediaMTX takes its time to refuse.
    const anonymous = new MediamtxApi(`http://${api}`, null, clock, 10_000);

    const [error, paths] = await Promise.all([denied.untilError(), anonymous.paths(), stranger.ended()]);
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    expect([paths, anonymous.problem]).toEqual([null, 'it wants other credentials']);
    expect(stranger.complaints).toMatch(/401 Unauthorized/);
    await viewer.untilFrames(1);
    expect([...((await mediamtx.api.paths()) ?? []).values()]).toEqual([
      { name: 'cam', isReady: true, tracks: ['H264'], readers: 1, bytesReceived: expect.any(Number) },
    ]);
  });

  it('comes back on the same ports when it was killed', async () => {
    const mediamtx = await start();
    const { pid, rtspUrl } = mediamtx;
    process.kill(pid ?? 0, 'SIGKILL');
    await until(() => lines.some(({ msg }) => msg === 'MediaMTX runs again'));
    expect(mediamtx.pid).not.toBe(pid);
    expect(mediamtx.rtspUrl).toBe(rtspUrl);
    expect(await mediamtx.api.paths()).toEqual(new Map());
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', code: 'MEDIAMTX_FAILED', msg: 'MediaMTX ended; it is started again' }),
    );
  });

  it('waits for its port when another has it, and stops in the middle of that', async () => {
    const mediamtx = await start();
    const port = Number(new URL(mediamtx.rtspUrl).port);
    const other = createServer();
    onTestFinished(() => void other.close());
    // It may be back before the port was taken.
    await until(() => {
      if (mediamtx.pid !== null) process.kill(mediamtx.pid, 'SIGKILL');
      return taken(other, port);
    });
    await until(() => lines.some(({ msg }) => /MediaMTX does not start: .*address already in use/.test(msg)));
    await mediamtx.stop();
    expect(mediamtx.pid).toBeNull();
  });

  it('ends with the process that started it, however that ends', async () => {
    const keeper = fork(LIVES_ON, [mediamtxPath() ?? ''], { execArgv: ['--import', 'tsx'] });
    const [pid] = (await once(keeper, 'message')) as [number];
    expect(isAlive(pid ?? 0)).toBe(true);
    keeper.kill('SIGKILL');
    await until(() => !isAlive(pid ?? 0));
  });

  it('ends with that process also behind a script', async () => {
    const binaryPath = join(folder, 'wrapper');
    await writeFile(binaryPath, `#!/bin/sh\n"${mediamtxPath()}" "$@" &\necho "$!" > "$0.pid"\nwait\n`, { mode: 0o755 });
    const keeper = fork(LIVES_ON, [binaryPath], { execArgv: ['--import', 'tsx'] });
    await once(keeper, 'message');
    const pid = Number(await readFile(`${binaryPath}.pid`, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    keeper.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });

  it('ends with the script that starts it', async () => {
    const binaryPath = join(folder, 'wrapper');
    // With a command after it, the shell stays.
    await writeFile(binaryPath, `#!/bin/sh\n"${mediamtxPath()}" "$@"\necho over\n`, { mode: 0o755 });
    const mediamtx = await start({ binaryPath });
    const { pid, rtspUrl } = mediamtx;
    await mediamtx.stop();
    expect(isAlive(pid ?? 0)).toBe(false);
    const again = createServer();
    onTestFinished(() => void again.close());
    expect(await taken(again, Number(new URL(rtspUrl).port))).toBe(true);
  });

  it('is not told what the environment says to another one', async () => {
    const mediamtx = await start({ env: { ...process.env, MTX_RTSPADDRESS: ':1', RTSP_HLS: 'no', MTX_API: 'no' } });
    expect(await mediamtx.api.paths()).toEqual(new Map());
  });

  it('is broken off while it starts', async () => {
    const starting = new AbortController();
    const started = start({}, starting.signal);
    starting.abort();
    await expect(started).rejects.toMatchObject({ code: 'MEDIAMTX_FAILED' });
  });

  it('cannot be where this machine is not', async () => {
    await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringMatching(/^MediaMTX cannot listen on 192\.0\.2\.1: /),
    });
  });

  async function start(options: Partial<MediamtxOptions> = {}, signal?: AbortSignal): Promise<MediamtxProcess> {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      const all = { ...OPTIONS, binaryPath: mediamtxPath() ?? '', ...options };
      const mediamtx = await startMediamtx(all, { clock, logger, signal });
      onTestFinished(() => mediamtx.stop());
      return mediamtx;
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  }
});

describe('a program that is no MediaMTX', () => {
  it.each([
    ['exit 0', 'exit code 0'],
    ['echo what; exit 3', 'what'],
    ['echo "2026/01/01 00:00:00 ERR no such thing"; echo bye; exit 1', 'no such thing'],
    ['kill -KILL $$', 'signal SIGKILL'],
  ])('does not start: %s', async (script, reason) => {
    await expect(startScript(script)).rejects.toMatchObject({
      code: 'MEDIAMTX_FAILED',
      message: `MediaMTX does not start: ${reason}.`,
    });
  });

  it('cannot be run at all', async () => {
    const gone = { ...OPTIONS, binaryPath: join(folder, 'gone') };
    await expect(startMediamtx(gone, { clock, logger })).rejects.toMatchObject({
      code: 'MEDIAMTX_FAILED',
      message: expect.stringMatching(/^MediaMTX does not start: .*ENOENT/),
    });
  });

  it('is ended by force where it does not heed, and reads a configuration that only we may read', async () => {
    const started = new AbortController();
    const running = startScript(
      'trap "" TERM; stat -c %a "$1" > "$0.mode"; echo "$$" > "$0.pid"; while :; do sleep 0.1; done',
      started.signal,
    );
    const pidOf = async () => Number(await readFile(join(folder, 'program.pid'), 'utf8').catch(() => '0'));
    await until(async () => (await pidOf()) > 0);
    started.abort();
    await expect(running).rejects.toMatchObject({
      message: 'MediaMTX does not start: its start was broken off.',
    });
    expect(isAlive(await pidOf())).toBe(false);
    expect(await readFile(join(folder, 'program.mode'), 'utf8')).toBe('600\n');
  });

  it.each([
    ['and holds its log', 'sleep 600 & echo "$!" > "$0.pid"; exit 1'],
    [
      'deaf to all',
      'sh -c \'trap "" TERM; echo "$$" > "$0.pid"; while :; do sleep 0.1; done\' "$0" & sleep 0.5; exit 1',
    ],
  ])('leaves nothing that it started: %s', async (_, script) => {
    await expect(startScript(script)).rejects.toMatchObject({ code: 'MEDIAMTX_FAILED' });
    const pid = Number(await readFile(join(folder, 'program.pid'), 'utf8'));
    await until(() => !isAlive(pid));
  });

  async function startScript(script: string, signal?: AbortSignal): Promise<MediamtxProcess> {
    const binaryPath = join(folder, 'program');
    await writeFile(binaryPath, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return startMediamtx({ ...OPTIONS, binaryPath }, { clock, logger, signal });
  }
});

function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = encodeURIComponent(password);
  return changed.href;
}

function taken(server: Server, port: number): Promise<boolean> {
  const listening = once(server.listen(port, '127.0.0.1'), 'listening');
  return listening.then(
    () => true,
    () => false,
  );
}
