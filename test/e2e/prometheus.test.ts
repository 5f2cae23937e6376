import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Measurement } from '../../client/measurement.js';
import { SystemClock } from '../../shared/clock.js';
import { PrometheusServer } from '../helpers/prometheus-server.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { runCommand } from '../helpers/run-command.js';
import { ServerProcess } from '../helpers/server-process.js';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const ALERTS_TEST = fileURLToPath(new URL('./prometheus/alerts.test.yml', import.meta.url));
const TOKEN = 'look';
/** What Grafana puts in place of its variables. */
const VARIABLES = { $instance: '.*', $stream: 'cam|yard', $__rate_interval: '5s' };
const HAS_PROMETHEUS = requirePart(
  'prometheus',
  hasCommand('prometheus') && hasCommand('promtool'),
  'apt-get install prometheus',
);

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

describe.skipIf(!HAS_PROMETHEUS)('with a real Prometheus', () => {
  let folder: string;
  let server: ServerProcess;
  let client: Measurement;
  let prometheus: PrometheusServer;
  let dashboard: Dashboard;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'metrics-'));
    dashboard = JSON.parse(await readFile(`${DEPLOY}grafana-dashboard.json`, 'utf8')) as Dashboard;
    const sources = ['cam=test:testsrc?size=160x120&fps=25', 'yard=test:testsrc?size=160x120&fps=10'];
    server = await ServerProcess.start([...sources, '--record', folder], { STREAMER_TOKEN: TOKEN });
    client = measure(server.port);
    client.start();
    prometheus = await PrometheusServer.start({ port: server.httpPort, token: TOKEN });
  });
  afterAll(async () => {
    client?.close();
    await Promise.all([prometheus?.stop(), server?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('is told metrics that promtool has no fault to find with', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.httpPort}/metrics`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    const check = await runCommand('promtool', ['check', 'metrics'], { input: await answer.text() });
    expect(check).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('is told nothing without the token', async () => {
    expect((await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).status).toBe(401);
  });

  it('takes the configuration and the rules of deploy/', async () => {
    const config = await runCommand('promtool', ['check', 'config', prometheus.configPath]);
    expect(config, config.stderr).toMatchObject({ exitCode: 0 });
    const rules = await runCommand('promtool', ['check', 'rules', `${DEPLOY}alerts.yml`]);
    expect(rules, rules.stderr).toMatchObject({ exitCode: 0 });
  });

  it('raises each alert when it should, and not before', async () => {
    const { exitCode, stdout, stderr } = await runCommand('promtool', ['test', 'rules', ALERTS_TEST]);
    expect(exitCode, stdout + stderr).toBe(0);
  });

  it('gives data for every query of every panel of the dashboard', async () => {
    const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ title, expression: substituted(expr) })),
    );
    expect(queries.length).toBeGreaterThan(40);
    const withoutData = async () => {
      const results = await Promise.all(
        queries.map(async (query) => ({ ...query, series: await prometheus.query(query.expression) })),
      );
      return results.filter(({ series }) => !series.some(({ value }) => Number.isFinite(Number(value[1]))));
    };
    await expect.poll(withoutData, { timeout: 45_000, interval: 500 }).toEqual([]);
  });

  it('finds what the variables of the dashboard ask for', async () => {
    const definitions = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);
    const values = definitions.map((definition) => {
      const [, match, label] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      return prometheus.labelValues(label!, substituted(match!));
    });
    expect(await Promise.all(values)).toEqual([[`127.0.0.1:${server.httpPort}`], ['cam', 'yard']]);
  });

  it('evaluates every rule, and has no reason for an alert', async () => {
    const states = async () => (await prometheus.rules()).map(({ health, state }) => `${health} ${state}`);
    await expect.poll(states, { timeout: 20_000 }).toEqual(new Array(11).fill('ok inactive'));
  });

  it('sees the frames that the client sees', async () => {
    const [fps, clients, latency] = await Promise.all([
      prometheus.query('rate(frame_streamer_published_frames_total{stream="cam"}[5s])'),
      prometheus.query('frame_streamer_stream_clients'),
      prometheus.query('frame_streamer_latency_seconds_count'),
    ]);
    expect(Number(fps[0]?.value[1])).toBeGreaterThan(0);
    expect(clients.map(({ metric, value }) => [metric['stream'], metric['transport'], value[1]])).toEqual([
      ['cam', 'tcp', '1'],
      ['yard', 'tcp', '1'],
    ]);
    expect(latency.map(({ value }) => Number(value[1]) > 0)).toEqual([true, true]);
  });

  it('sees no counter fall when the client leaves', async () => {
    const sent = 'frame_streamer_sent_frames_total';
    const before = await total(sent);
    client.close();
    await expect.poll(() => total('frame_streamer_stream_clients'), { timeout: 20_000 }).toBe(0);
    expect(await total(sent)).toBeGreaterThanOrEqual(before);
    expect(await total('resets(frame_streamer_sent_bytes_total[1m])')).toBe(0);
  });

  async function total(expression: string): Promise<number> {
    return Number((await prometheus.query(`sum(${expression})`))[0]?.value[1]);
  }
});

/** A client that watches everything and reports what it measures. */
function measure(port: number): Measurement {
  const options = { host: '127.0.0.1', port, name: 'a client', token: TOKEN, reconnect: true, decode: false };
  return new Measurement({ ...options, subscriptions: [{ stream: '*' }] }, {}, new SystemClock());
}

function substituted(expression: string): string {
  return Object.entries(VARIABLES).reduce((text, [name, value]) => text.replaceAll(name, value), expression);
}
