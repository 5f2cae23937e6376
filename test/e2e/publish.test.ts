import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishReportSchema } from '../../server/publish/publish-report-schema.js';
import { requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import type { MediamtxServer } from '../helpers/mediamtx-server.js';
import { SERVER_BINARY } from '../helpers/server-process.js';
import { execa } from 'execa';
import { VideoFixtures } from '../helpers/video-fixtures.js';

/** Whatever else runs on the machine is no business of these tests. */
const NO_LIMITS = ['--max-cpu-percent', '100', '--max-memory-percent', '100'];
const STOP_LIMIT_MS = 3000;

describe.skipIf(!requireMediamtx())('streamer-server publish', { timeout: 60_000, concurrent: true }, () => {
  let server: MediamtxServer;
  let fixtures: VideoFixtures;
  let folder = '';
  let video = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'publish-'));
    [server, fixtures] = await Promise.all([startMediamtx(), VideoFixtures.create()]);
    const output = ['-c:v', 'libx264', '-g', '10', '-bf', '0', '-pix_fmt', 'yuv420p'];
    video = await fixtures.drawn('clip.mp4', 'testsrc=size=160x120:rate=20:duration=1', ...output);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([server.stop(), fixtures.remove(), rm(folder, { recursive: true, force: true })]);
  });

  /** Starts it in the folder of the tests. */
  function publish(...args: string[]) {
    const env = { STREAMER_CACHE: join(folder, 'cache') };
    const all = [SERVER_BINARY, 'publish', ...NO_LIMITS, ...args];
    return execa(process.execPath, all, { cwd: folder, env, reject: false });
  }

  async function reportOf(name: string) {
    return publishReportSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  }

  it('publishes for the time that is asked for, tells how it goes and writes a report', async () => {
    const args = ['--to', server.url('timed'), '--video', video, '--streams', '3', '--duration', '2.5'];
    const run = await publish(...args, '--report-interval', '1', '--report', 'timed.json', '--api-url', server.apiUrl);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toMatch(/^1s {2}3 streams: .*\n2s {2}3 streams: 3 healthy {2}\d+\.\d fps/);
    const report = await reportOf('timed.json');
    expect(report).toMatchObject({
      config: { streams: 3, codec: 'copy', durationMs: 2500 },
      totals: { streams: 3, framesDropped: 0, reconnects: 0, errors: 0 },
    });
    expect(report.command).toContain('--streams 3');
    for (const stream of report.streams) {
      expect(stream.errors).toEqual([]);
      expect(stream.fps).toBeGreaterThan(15);
      expect(stream.server?.isReady).toBe(true);
    }
  });

  it('takes the file of an RTSP load tester, and writes its report within 3 s of Ctrl+C', async () => {
    const yaml = `
video_sources:
  - { name: clip, video_path: ${JSON.stringify(video)}, loop: true, fps: 20 }
publisher: { codec: libx264, preset: ultrafast, bitrate: 500k, pixel_format: yuv420p }
load_test: { concurrent_streams: 2, duration: 300, report_interval: 1 }
limits: { max_streams: 5 }
monitoring: { log_level: INFO }
`;
    await writeFile(join(folder, 'load.yaml'), yaml);
    const run = publish('--config', 'load.yaml', '--to', server.url('file'), '--report', 'file.json');
    await Promise.all([server.untilPath('file/stream-001'), server.untilPath('file/stream-002')]);
    await server.untilPath('file/stream-001', ({ bytesReceived }) => bytesReceived > 1000);
    const limit = setTimeout(() => run.kill('SIGKILL'), STOP_LIMIT_MS);
    run.kill('SIGINT');
    const { exitCode, signal } = await run;
    clearTimeout(limit);
    expect({ exitCode, signal }).toEqual({ exitCode: 0, signal: undefined });
    const report = await reportOf('file.json');
    expect(report.config).toMatchObject({
      ...{ streams: 2, codec: 'libx264', bitrateBps: 500_000, durationMs: 300_000 },
      videos: [{ name: 'clip', fps: 20, loop: true }],
      limits: { maxStreams: 5, maxCpuPercent: 100 },
    });
    expect(report.totals.framesSent).toBeGreaterThan(0);
    await server.untilGone('file/stream-001');
  });

  it('exits with 1 where nobody could be published to, and keeps the password to itself', async () => {
    const to = 'rtsp://user:s3cret-word@127.0.0.1:1/x';
    const run = await publish('--to', to, '--video', video, '--duration', '1', '--report', '-');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/^streamer-server: Nothing was published: .*\(NO_FRAMES\)$/m);
    expect(publishReportSchema.parse(JSON.parse(run.stdout)).totals.framesSent).toBe(0);
    expect(run.stdout + run.stderr).not.toContain('s3cret');
  });

  it('refuses what is wrong before anything starts', async () => {
    const run = await publish('--video', 'none.mp4');
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('SOURCE_NOT_FOUND') as unknown });
    expect(await publish('--video', video, '--report', 'none/x.json')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('FILE_WRITE_FAILED') as unknown,
    });
    expect(await publish('--strems', '3')).toMatchObject({
      exitCode: 2,
      stderr: 'streamer-server publish: There is no option "--strems"; did you mean --streams? (BAD_USAGE)',
    });
  });
});
