import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetailsOf } from '../../client/report/run-details-schema.js';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import { ClientProcess } from '../helpers/client-process.js';
import { ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  server = await ServerProcess.start(['cam=test:testsrc?size=320x240&fps=30']);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Runs an attack with `args` and gives its report; whether the machine could measure it is another matter. */
async function attack(...args: readonly string[]) {
  const client = ClientProcess.run(['chaos', ...args, '--json']);
  const { code } = await client.exit;
  expect([0, 1, 3], client.stderr).toContain(code);
  const report = runReportSchema.parse(JSON.parse(client.stdout));
  const details = report.details as DetailsOf<'chaos'>;
  return { report, details, of: (kind: string) => details.attackers.find((attacker) => attacker.kind === kind) };
}

const clients = async () => {
  const answer = await fetch(`http://127.0.0.1:${server.httpPort}/api/server`);
  return ((await answer.json()) as { clients: number }).clients;
};

describe('streamer-client chaos', () => {
  it('attacks over TCP, and says what became of whom', async () => {
    const { report, details, of } = await attack(
      `streamer://127.0.0.1:${server.port}/cam`,
      ...['--server-api', `http://127.0.0.1:${server.httpPort}`, '--server-pid', `${server.pid}`],
      ...['--stalled', '4', '--trickling', '4', '--silent', '4', '--vanished', '4', '--half-open', '4'],
      ...['--slow-hello', '4', '--garbage', '12', '--reconnect-storm', '20', '--good', '3', '--phase', '2'],
    );
    for (const kind of ['stalled', 'trickling', 'silent', 'vanished', 'half-open', 'slow-hello']) {
      expect(of(kind), kind).toMatchObject({ asked: 4, opened: 4, notConnected: 0, stillOpen: 4 });
    }
    expect(of('half-open')?.bytesSent).toBe(0);
    expect(of('stalled')?.bytesRead).toBeGreaterThan(0);
    expect(of('garbage')?.closedByServer).toBeGreaterThanOrEqual(8);
    const codes = of('garbage')?.codes.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['BAD_MESSAGE', 'MESSAGE_TOO_LONG', 'UNEXPECTED_MESSAGE']));
    expect(of('reconnect-storm')).toMatchObject({ asked: 40, notConnected: 0 });
    expect(of('reconnect-storm')?.opened).toBeGreaterThan(10);

    const { harm } = details;
    expect(harm).toMatchObject({ lostDuring: 0, lostAfter: 0, goodDisconnected: 0, serverCameBack: true });
    expect(harm.p99Ratio).toBeGreaterThan(0);
    expect(harm.serverBytesMost).toBeGreaterThan(20e6);
    expect(report.subjects.map(({ name }) => name)).toEqual(['before', 'during', 'after']);
    for (const { frames } of report.subjects) expect(frames.received + frames.skipped).toBeGreaterThan(3 * 45);
    expect(report.server).toMatchObject({ isSameMachine: true, streams: [{ name: 'cam' }] });
    expect(report.generator?.socketBacklogBytes?.p50 ?? 0).toBeLessThan(65_536);
    // All that the attack opened is gone with it.
    await until(async () => (await clients()) === 0);
  });

  it('attacks over WebSocket and HTTP', async () => {
    const common = ['--stalled', '3', '--trickling', '3', '--half-open', '3', '--slow-hello', '3', '--garbage', '6'];
    const load = ['--reconnect-storm', '10', '--good', '2', '--phase', '1.5', '--server-api', 'off'];
    const origin = `127.0.0.1:${server.httpPort}`;
    const [webSocket, http] = await Promise.all([
      attack(`ws://${origin}/ws/cam`, ...common, '--silent', '3', ...load),
      attack(`http://${origin}/streams/cam.mjpg`, ...common, ...load),
    ]);
    for (const { report, details, of } of [webSocket, http]) {
      for (const kind of ['stalled', 'trickling', 'half-open', 'slow-hello']) {
        expect(of(kind), kind).toMatchObject({ asked: 3, opened: 3, notConnected: 0, stillOpen: 3 });
      }
      expect(of('stalled')?.bytesRead).toBeGreaterThan(0);
      expect(of('garbage')?.closedByServer).toBeGreaterThan(0);
      expect(details.harm).toMatchObject({ goodDisconnected: 0, serverBytesMost: null });
      expect(report.server).toBeNull();
    }
    // Over MJPEG nobody says which frames were left out for a viewer that is late.
    expect(webSocket.details.harm.lostDuring).toBe(0);
    // Only who has said HELLO and reads gets frames.
    expect(webSocket.of('silent')?.bytesRead).toBeGreaterThan(1000);
    expect(http.of('garbage')?.codes.map(({ code }) => code)).toContain('HTTP 400');
    await until(async () => (await clients()) === 0);
  });

  it('ends at once when the user wants it, and leaves a report and no connection', async () => {
    const file = join(folder, 'interrupted.json');
    const client = ClientProcess.run([
      ...['chaos', `streamer://127.0.0.1:${server.port}`, '--good', '2', '--phase', '2', '--plain', '--report', file],
      ...['--server-api', 'off'],
    ]);
    await client.until(({ stdout, stderr }) => /during the attack/.test(stdout + stderr));
    client.kill('SIGINT');
    expect(await client.exit).toMatchObject({ code: 0 });
    const report = runReportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(report).toMatchObject({ verdict: { level: 'done' }, provenance: { interrupted: true } });
    expect(report.subjects.map(({ name }) => name)).toEqual(['before', 'during']);
    await until(async () => (await clients()) === 0);
  });

  it('attacks nobody on another machine without being told that it may', async () => {
    const client = ClientProcess.run(['chaos', 'streamer://192.0.2.1']);
    expect(await client.exit).toMatchObject({ code: 2 });
    expect(client.stderr).toContain('--i-own-this-server');
  });
});
