import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pageOf } from '../../client/report/page-of.js';
import { pageText } from '../../client/report/page-text.js';
import { runCapacityOfTest } from '../helpers/capacity-run.js';
import { ofTest } from '../helpers/of-test.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { ThrottledMjpeg } from '../helpers/throttled-mjpeg.js';

const OBJECTIVE = 'fps>=25fps';

describe('streamer-client capacity', { timeout: 60_000 }, () => {
  it('finds the number that a server was throttled to, in two rounds, and passes when that is enough', async () => {
    const server = await ofTest(ThrottledMjpeg.start(9));
    const { report, details, pages } = await runCapacityOfTest({
      target: [server.url('a')],
      slo: OBJECTIVE,
      start: '6',
      atLeast: '9',
    });
    expect(details.rounds).toEqual([
      { holds: 9, breaks: 10 },
      { holds: 9, breaks: 10 },
    ]);
    expect(details).toMatchObject({ unit: 'sessions', end: 'agreed', interval: { from: 9, to: 9 } });
    expect(details.firstBroken).toMatch(/^fps>=25fps \(\d+\.\d+ fps\)$/);
    expect(report.verdict.level).toBe('pass');
    expect(report.verdict.sentence).toMatch(
      /^At least 9 were asked for\. 9 sessions hold fps>=25fps; then fps>=25fps \(.*\) broke\. \S/,
    );
    expect(report.validity.valid).toBe(true);
    expect(report.subjects.map(({ name }) => name)).toEqual(details.steps.map(({ subject }) => subject));
    const held = report.subjects.find(({ name }) => name === details.held);
    expect(held).toMatchObject({ kind: 'step', sessions: { asked: 9, connected: 9, failed: 0 } });

    const phases = new Set(pages.map(({ phase }) => phase.replace(/,.*/, '')));
    expect([...phases]).toEqual(expect.arrayContaining(['ramp', 'bisect', 'soak', 'confirm', 'confirm again']));
    expect(pages.at(-1)?.table?.rows).toHaveLength(details.steps.length);
    const text = pageText(pageOf(report), 120);
    expect(text).toMatch(/capacity in sessions +9 +at least 9 asked for/);
  });

  it('finds how many cameras of a list it bears, without those that do not work at all, and fails when that is too few', async () => {
    const server = await ofTest(ThrottledMjpeg.start(4));
    const folder = await mkdtemp(join(tmpdir(), 'capacity-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const urls = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}=${server.url(name)}`);
    const file = join(folder, 'cameras.txt');
    await writeFile(file, [...urls.slice(0, 2), 'dead=http://127.0.0.1:1/x.mjpg', ...urls.slice(2)].join('\n'));
    const { report, details } = await runCapacityOfTest({
      file,
      // No rate is announced: that of each camera alone counts, although the server does not bear all of them at once.
      slo: 'fps>=0.6',
      start: '4',
      rounds: '1',
      atLeast: '5',
    });
    expect(details).toMatchObject({ unit: 'cameras', interval: { from: 4, to: 4 }, left: [{ name: 'dead' }] });
    expect(report.verdict.level).toBe('fail');
    const [rates, left] = report.findings.map(({ figures }) => figures.join());
    expect(rates).toMatch(/^a: [\d.]+ fps alone,b: .*,f: /);
    expect(left).toMatch(/^dead: /);
  });

  it('reports what is known when it is stopped', async () => {
    const server = await ofTest(ThrottledMjpeg.start(100));
    const { report, details } = await runCapacityOfTest({ target: [server.url('a')], slo: OBJECTIVE }, (page, stop) => {
      if (page.phase.startsWith('ramp, 4')) stop();
    });
    expect(details).toMatchObject({ end: 'stopped', interval: { from: 2, to: null } });
    expect(report.provenance.interrupted).toBe(true);
    expect(report.verdict).toMatchObject({
      level: 'done',
      sentence: expect.stringContaining('at least 2 sessions') as unknown,
    });
  });

  it('says so where the objective cannot be measured', async () => {
    const server = await ofTest(ThrottledMjpeg.start(5));
    const { report, details } = await runCapacityOfTest({ target: [server.url('a')], slo: 'p99<100ms' });
    expect(details).toMatchObject({ end: 'unknown', steps: [{ unknown: [expect.stringMatching(/^p99<100ms/)] }] });
    expect(report.verdict.level).toBe('invalid');
  });

  it('fails where there is no server, and where its stream is silent', async () => {
    const gone = runCapacityOfTest({ target: ['streamer://127.0.0.1:1/x'], slo: OBJECTIVE });
    await expect(gone).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    const server = await ofTest(SyntheticServer.start());
    const unknown = runCapacityOfTest({ target: [`streamer://127.0.0.1:${server.port}/none`], slo: OBJECTIVE });
    await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
  });
});
