import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import { SystemClock } from '../../shared/clock.js';
import { ClientProcess } from '../helpers/client-process.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';

const FPS = 100;
/** So long after they are due frames are published: 15 % of it are far more than a busy machine adds by itself. */
const LATENCY_US = 200_000;

describe('streamer-client compare, of real runs of load', () => {
  it('passes what is the same, catches what is slower by 15 %, and refuses what is unlike', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'frame-streamer-compare-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = (name: string) => join(folder, name);
    const same = [file('before.json'), file('again.json')];
    await Promise.all([measure(LATENCY_US, same), measure(LATENCY_US * 1.15, [file('slower.json')])]);
    await passes(file);
    await catches(file);
    await refuses(file);
  });
});

type Files = (name: string) => string;

async function passes(file: Files): Promise<void> {
  const { code, report } = await compare([file('before.json'), file('again.json'), '--fail-if', 'p50>+10%,lost>0']);
  expect(report.verdict).toMatchObject({ level: 'pass' });
  expect(code).toBe(0);
}

async function catches(file: Files): Promise<void> {
  const page = file('compare.html');
  const conditions = ['--fail-if', 'p50>+10%', '--fail-if', 'lost>0', '--report', page];
  const { code, report } = await compare([file('before.json'), file('slower.json'), ...conditions]);
  expect(report.verdict).toMatchObject({
    level: 'fail',
    sentence: expect.stringMatching(/^Failed: p50>\+10% \(total: /),
  });
  expect(code).toBe(1);
  const rows = report.details.kind === 'compare' ? report.details.rows : [];
  expect(rows.find(({ figure }) => figure === 'p50')).toMatchObject({ verdict: 'worse', failed: true });
  const html = await readFile(page, 'utf8');
  expect(html).toContain('Figures side by side');
  expect(html).toContain('B: total');
}

async function refuses(file: Files): Promise<void> {
  const changed = JSON.parse(await readFile(file('again.json'), 'utf8')) as {
    total: { sessions: { asked: number } };
  };
  changed.total.sessions.asked = 99;
  await writeFile(file('unlike.json'), JSON.stringify(changed));
  const unlike = ClientProcess.run(['compare', file('before.json'), file('unlike.json')]);
  expect((await unlike.exit).code).toBe(2);
  expect(unlike.stderr).toContain('sessions: 4 and 99');
  expect(unlike.stderr).toContain('RUNS_UNLIKE');
  const broken = ClientProcess.run(['compare', file('before.json'), file('compare.html')]);
  expect((await broken.exit).code).toBe(2);
  expect(broken.stderr).toContain('BAD_REPORT');
}

/** Makes runs of load, side by side, against one server. */
async function measure(latencyUs: number, files: readonly string[]): Promise<void> {
  const server = await SyntheticServer.start({ jpegBytes: 5000, fps: FPS });
  const clock = new SystemClock();
  const startUs = clock.nowUs();
  let published = 0;
  const timer = setInterval(() => {
    const due = ((clock.nowUs() - startUs - latencyUs) / 1e6) * FPS;
    for (; published < due; published += 1) for (const stream of server.streams) stream.publish();
  }, 1);
  try {
    const target = ['load', `streamer://127.0.0.1:${server.port}`, '--server-api', 'off', '--plain'];
    const clients = files.map((file) =>
      ClientProcess.run([...target, '--clients', '4', '--duration', '3', '--report', file]),
    );
    await Promise.all(clients.map(({ exit }) => exit));
  } finally {
    clearInterval(timer);
    await server.stop();
  }
}

/** A machine that is busy with other tests may be late itself, and its runs invalid; what matters here is their figures. */
async function compare(args: readonly string[]) {
  const client = ClientProcess.run(['compare', ...args, '--allow-unlike', '--json']);
  const { code } = await client.exit;
  return { code, report: runReportSchema.parse(JSON.parse(client.stdout)) };
}
