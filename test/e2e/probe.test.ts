import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarySchema } from '../../client/report/summary-schema.js';
import { ClientProcess } from '../helpers/client-process.js';
import { codedVideo } from '../helpers/coded-video.js';
import { freeTcpPort } from '../helpers/free-port.js';
import { answerOf, HttpPeer } from '../helpers/http-peer.js';
import { ofTest } from '../helpers/of-test.js';
import { ServerProcess } from '../helpers/server-process.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

/** Runs `streamer-client probe` to its end. What has to measure something gets seconds for its start on a busy machine. */
async function probe(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const client = ClientProcess.run(['probe', ...args], env);
  const { code } = await client.exit;
  return { code, stdout: client.stdout, stderr: client.stderr };
}

/** Runs `streamer-client probe --plain` until a latency was measured and it said `words`, then stops it as Ctrl+C does. */
async function probeUntilMeasured(args: readonly string[], { env = {}, words = '' } = {}) {
  const client = ClientProcess.run(['probe', ...args, '--plain'], env);
  await client.until(({ stdout, stderr }) => /latency p50/.test(stdout) && stderr.includes(words));
  client.kill('SIGINT');
  const { code } = await client.exit;
  return { code, stdout: client.stdout, stderr: client.stderr };
}

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

describe('streamer-client probe', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start(['cam=test:testsrc?size=480x270&fps=25', '--processor', 'timecode']);
  });
  afterAll(() => server.stop());

  const http = () => `http://127.0.0.1:${server.httpPort}`;

  it('measures several paths and prints one JSON object', async () => {
    const paths = [`tcp=streamer://127.0.0.1:${server.port}`, `mjpeg=${http()}/streams/cam.mjpg`];
    const { code, stdout, stderr } = await probe([...paths, '--duration', '6', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const summary = summarySchema.parse(JSON.parse(stdout));
    expect(summary).toMatchObject({
      ...{ server: '2 paths', durationMs: expect.any(Number) as number, reconnects: 0, outageMs: 0 },
      streams: [
        { stream: 'tcp', probe: { latencySource: 'time code', codec: 'mjpeg' } },
        { stream: 'mjpeg', probe: { url: `${http()}/streams/cam.mjpg` } },
      ],
    });
    const streams = 'streams' in summary ? summary.streams : [];
    for (const { latencyUs, probe: figures } of streams) {
      expect(latencyUs.count).toBeGreaterThan(0);
      expect(figures?.timeCode.read).toBe(latencyUs.count);
    }
  });

  it('ends with a file, and says how it was', async () => {
    const codes = [0, 1, 2, 5, 6, 7, 8, 9].map((counter) => ({
      ...{ kind: 'media' as const, counter, timeUs: counter * 40_000 },
    }));
    const path = await codedVideo(fixtures, 'film.mp4', codes);
    const { code, stdout } = await probe([`film=${path}`, '--plain']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^probe: \d+s, 1 path, time codes by the clock of this machine$/m);
    expect(stdout).toMatch(/^film .* 8 +2 /m);
    expect(stdout).toMatch(/^film .*film\.mp4 {2}h264 480x270$/m);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('they count pictures, but say nothing about latency');
  });

  it('prints a line for each path every second, and the summary at Ctrl+C', async () => {
    const { code, stdout } = await probeUntilMeasured([`a=streamer://127.0.0.1:${server.port}`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d+s {2}a (frozen )?[\d.]+ fps .* latency p50 .* by time code {2}lost \d+ {2}freezes \d+$/m,
    );
    expect(stdout).toMatch(/^latency +p50 +p90 +p99 +max +against a +measured by$/m);
  });

  it('says which of several paths gave nothing, and measures the others', async () => {
    const port = await freeTcpPort();
    const paths = [`good=streamer://127.0.0.1:${server.port}`, `bad=rtsp://user:hunter2secret@127.0.0.1:${port}/x`];
    const { code, stdout, stderr } = await probeUntilMeasured(paths, { words: 'SOURCE_UNREACHABLE' });
    expect(code).toBe(1);
    expect(stderr).toContain('refuses the connection');
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^streamer-client: .*\(SOURCE_UNREACHABLE\)$/);
    expect(stdout).toMatch(/^good +[\d.]+ ms/m);
    expect(`${stdout}${stderr}`).not.toContain('hunter2secret');
  });

  it('has not failed to start when one file of several paths is not there', async () => {
    const good = `good=streamer://127.0.0.1:${server.port}`;
    const { code, stderr } = await probeUntilMeasured([good, 'nowhere.mp4'], { words: 'SOURCE_NOT_FOUND' });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\(SOURCE_NOT_FOUND\)\n$/)]);
  });

  it.each([
    ['no URL', [], 2, 'BAD_USAGE'],
    ['a scheme that nobody knows', ['gopher://host'], 2, 'BAD_USAGE'],
    ['an address that is none', ['rtsp://:1/x'], 2, 'BAD_USAGE'],
    ['a clock that is none', ['x.mp4', '--clock', 'http://host'], 2, 'BAD_USAGE'],
    ['a flag that there is not', ['x.mp4', '--durations', '3'], 2, 'BAD_USAGE'],
    ['a file that is not there', ['nowhere.mp4'], 2, 'SOURCE_NOT_FOUND'],
    ['a host that is not there', ['tcp://nowhere.invalid:9', '--json'], 1, 'SOURCE_UNREACHABLE'],
  ])('refuses %s', async (_, args, exitCode, errorCode) => {
    const { code, stderr } = await probe(args);
    expect(code).toBe(exitCode);
    expect(stderr.trimEnd()).toMatch(new RegExp(`\\(${errorCode}\\)$`));
  });

  it('needs an FFmpeg only where a path does', async () => {
    const env = { FFMPEG_PATH: '/nowhere/ffmpeg' };
    expect((await probeUntilMeasured([`streamer://127.0.0.1:${server.port}`], { env })).code).toBe(0);
    const { code, stderr } = await probe(['rtsp://127.0.0.1/x'], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining('(FFMPEG_NOT_FOUND)')]);
  });

  it('says that credentials are wrong', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => socket.end(answerOf('401 Unauthorized', ['WWW-Authenticate: Basic realm="x"']))),
    );
    const { code, stderr } = await probe([peer.url('/a.mjpg', 'user:wrong')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('(SOURCE_DENIED)')]);
  });

  it('says that a server who speaks to nobody gave nothing', async () => {
    const peer = await ofTest(HttpPeer.start(null));
    const { code, stderr, stdout } = await probe([peer.url('/a.mjpg'), '--duration', '0.5', '--json']);
    expect(code).toBe(1);
    expect(stderr).toBe('streamer-client: Not one picture came from http; do they send? (NO_FRAMES)\n');
    expect(summarySchema.parse(JSON.parse(stdout))).toMatchObject({ state: 'connecting', frames: { received: 0 } });
  });

  it('is interrupted before anything came', async () => {
    const peer = await ofTest(HttpPeer.start(null));
    const client = ClientProcess.run(['probe', peer.url('/a.mjpg'), '--plain']);
    await client.until(({ stdout }) => stdout.includes('connecting'));
    client.kill('SIGINT');
    expect((await client.exit).code).toBe(130);
  });
});

describe('streamer-client probe of a server with a token', () => {
  it('says that the token is wrong, or takes it from the environment', async () => {
    const server = await ofTest(ServerProcess.start(['test:testsrc?size=64x48', '--token', 'right-token']));
    const url = `streamer://127.0.0.1:${server.port}`;
    const { code, stderr } = await probe([url, '--token', 'wrong-token']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('(BAD_TOKEN)')]);
    const clock = await probe([url, '--clock', `${url}?token=wrong-token`]);
    expect(clock).toMatchObject({ code: 1, stdout: `asking the clock of ${url}?token=***\n` });
    expect(clock.stderr).toMatch(/^streamer-client: --clock: .*\(BAD_TOKEN\)\n$/);
    expect((await probeUntilMeasured([url], { env: { STREAMER_TOKEN: 'right-token' } })).code).toBe(0);
  });
});
