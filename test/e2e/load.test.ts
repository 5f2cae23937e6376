import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import { ClientProcess } from '../helpers/client-process.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';

const PERIOD_MS = 33;

describe('streamer-client load', () => {
  it('measures sessions of two targets, prints the report as JSON, and leaves the same in a file', async () => {
    const server = await liveServer({ token: 's3cret', streams: ['a', 'b'] });
    const folder = await temporaryFolder();
    const file = join(folder, 'load.json');
    const url = (stream: string) => `${stream}=streamer://127.0.0.1:${server.port}/${stream}`;
    const client = ClientProcess.run(
      [
        'load',
        url('a'),
        url('b'),
        '--clients',
        '4',
        '--ramp',
        '0.2',
        '--duration',
        '1.2',
        '--spread',
        '2',
        '--json',
      ].concat(['--server-api', 'off', '--report', file, '--name', 'crowd']),
      { STREAMER_TOKEN: 's3cret' },
    );
    const { code } = await client.exit;
    const report = reportOf(client.stdout);
    // A machine that is busy with other tests may be late itself, and says so.
    expect([report.verdict.level, code]).toEqual(report.validity.valid ? ['done', 0] : ['invalid', 3]);
    expect(report).toMatchObject({
      kind: 'load',
      provenance: { interrupted: false },
      total: { sessions: { asked: 4, connected: 4, failed: 0 }, frames: { lost: 0, corrupt: 0 } },
      details: { sessionsAsked: 4, rampMs: 200, workers: 2 },
    });
    expect(report.total?.frames.received).toBeGreaterThan(0);
    expect(report.subjects.map(({ kind, name }) => [kind, name])).toEqual([
      ['target', 'a'],
      ['target', 'b'],
      ...[1, 2, 3, 4].map((number) => ['session', `crowd-${number}`]),
    ]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(client.stdout));
    expect(client.stdout).not.toContain('s3cret');
  });

  it('reports what it has after Ctrl+C, in the ramp and while it measures', async () => {
    const server = await liveServer();
    const folder = await temporaryFolder();
    const url = `streamer://127.0.0.1:${server.port}`;
    const interrupted = async (name: string, options: readonly string[], phase: string) => {
      const file = join(folder, `${name}.json`);
      const client = ClientProcess.run(['load', url, '--server-api', 'off', '--plain', '--report', file, ...options]);
      await client.until(({ stdout }) => stdout.includes(phase));
      client.kill('SIGINT');
      await client.exit;
      return reportOf(await readFile(file, 'utf8'));
    };
    const [ramping, measuring] = await Promise.all([
      interrupted('ramp', ['--clients', '1000', '--ramp', '20000'], 'connected 1/1000'),
      interrupted('window', ['--clients', '2', '--duration', '600'], 'measuring 2 sessions'),
    ]);
    expect(ramping).toMatchObject({ provenance: { interrupted: true }, details: { sessionsAsked: 1000 } });
    expect(ramping.total?.frames.received).toBeGreaterThan(0);
    expect(measuring).toMatchObject({ provenance: { interrupted: true }, total: { sessions: { connected: 2 } } });
  });

  it('says why no session could connect, and what is wrong with a command line', async () => {
    const server = await liveServer({ token: 's3cret' });
    const refused = ClientProcess.run(['load', `streamer://127.0.0.1:${server.port}`, '--server-api', 'off', '--json']);
    expect((await refused.exit).code).toBe(1);
    expect(refused.stderr).toContain('BAD_TOKEN');
    expect(refused.stdout).toBe('');
    const wrong = ClientProcess.run(['load', 'film.mp4']);
    expect((await wrong.exit).code).toBe(2);
    expect(wrong.stderr).toContain('No load can be made of "film.mp4"');
  });
});

async function liveServer(options: { token?: string; streams?: string[] } = {}): Promise<SyntheticServer> {
  const server = await SyntheticServer.start({ jpegBytes: 5000, ...options });
  const timer = setInterval(() => {
    for (const stream of server.streams) stream.publish();
  }, PERIOD_MS);
  onTestFinished(async () => {
    clearInterval(timer);
    await server.stop();
  });
  return server;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'frame-streamer-load-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function reportOf(text: string): RunReport {
  return runReportSchema.parse(JSON.parse(text));
}
