import { afterAll, beforeAll, expect, it } from 'vitest';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import { ClientProcess } from '../helpers/client-process.js';
import { ServerProcess } from '../helpers/server-process.js';

/** The generator stands still for so long, as often as that: a good half of the time. */
const STOPPED_MS = 120;
const RUNNING_MS = 80;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start(['cam=test:testsrc?size=320x240&fps=30']);
});
afterAll(() => server.stop());

const load = () =>
  ClientProcess.run([
    ...[
      'load',
      `streamer://127.0.0.1:${server.port}/cam`,
      '--clients',
      '4',
      '--ramp',
      '0.1',
      '--duration',
      '2',
      '--json',
    ],
    ...['--server-api', `http://127.0.0.1:${server.httpPort}`],
  ]);

async function reportOf(client: ClientProcess) {
  const { code } = await client.exit;
  return { code, report: runReportSchema.parse(JSON.parse(client.stdout)) };
}

it('is invalid when the generator is starved', async () => {
  const client = load();
  let isStopped = false;
  const stutter = () => {
    client.kill(isStopped ? 'SIGCONT' : 'SIGSTOP');
    isStopped = !isStopped;
    timer = setTimeout(stutter, isStopped ? STOPPED_MS : RUNNING_MS);
  };
  let timer = setTimeout(stutter, RUNNING_MS);
  const { code, report } = await reportOf(client);
  clearTimeout(timer);
  expect(code).toBe(3);
  expect(report).toMatchObject({ verdict: { level: 'invalid' }, validity: { valid: false } });
  expect(report.validity.reasons.join()).toContain('Delay of the generator (p99)');
  expect(report.validity.trust).toMatch(/do not use the (figures|latencies and ages)/);
  // What the generator was late by is known: half of the time, and never much more than one stop.
  const [worker] = report.generator?.threads.filter(({ sessions }) => sessions > 0) ?? [];
  expect(worker?.timerLatenessUs.p99).toBeGreaterThan((STOPPED_MS / 2) * 1000);
  expect(worker?.cpuPercent).toBeLessThan(85);
});

it('is valid otherwise, also beside the server on one machine', async () => {
  // Where other tests take all cores the generator is starved, too; once they leave it some it is not.
  for (;;) {
    const { code, report } = await reportOf(load());
    expect(report.server?.isSameMachine).toBe(true);
    expect(report.validity.checks.length).toBeGreaterThan(5);
    if (code === 3) continue;
    expect(code).toBe(0);
    expect(report.validity).toMatchObject({ valid: true, reasons: [] });
    return;
  }
});
