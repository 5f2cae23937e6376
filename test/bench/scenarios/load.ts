import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunReport } from '../../../client/report/run-report-schema.js';
import { FPS, FRAME_BYTES, maxConnections } from '../crowd.js';
import { percentsWhile } from '../process-figures.js';
import type { Bar, BenchContext, Scenario } from '../scenario.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { PublisherCommands } from '../workers/publisher-worker.js';

const CLIENT = fileURLToPath(new URL('../../../dist/client/main.js', import.meta.url));

const ROADS = ['tcp', 'websocket', 'mjpeg'] as const;
type Road = (typeof ROADS)[number];

const CLIENTS: Readonly<Record<Road, readonly number[]>> = {
  tcp: [100, 300, 1000],
  websocket: [100, 300],
  mjpeg: [100, 300],
};
const QUICK_CLIENTS = 300;
const THREADS = 2;
const RAMP_SECONDS = 4;
const KIB = 1024;

/** What `streamer-client load` did with one number of sessions, and what it cost. */
interface Figures {
  readonly road: Road;
  readonly clients: number;
  readonly connected: number;
  readonly frames: number;
  readonly lost: number;
  readonly skipped: number;
  readonly bytesPerSecond: number;
  /** Of the process that makes the load, and of the server; percent of one core. */
  readonly ownCpu: number;
  readonly serverCpu: number;
  readonly cpuUsAFrame: number;
  readonly residentBytes: number;
  readonly ownDelayUs: number;
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null };
  readonly errorUs: number | null;
  readonly verdict: string;
  readonly trust: string;
}

/** What a session of `streamer-client load` costs, and how many there can be beside the server. */
export const load: Scenario = {
  name: 'load',
  title: `Load: sessions of streamer-client load at ${FPS} fps x ${FRAME_BYTES / 1000} KB, beside the server`,
  async run(context) {
    const results: Figures[] = [];
    // What the process takes with hardly any session is not what sessions take.
    const alone = await measure(context, 'tcp', THREADS);
    for (const road of ROADS) {
      const counts = context.quick ? [QUICK_CLIENTS] : CLIENTS[road];
      for (const clients of counts.filter((count) => count <= maxConnections())) {
        results.push(await measure(context, road, clients));
      }
    }
    const notes = [
      'Server and sessions share the cores of this machine. CPU of a frame is all that the process of the load used in the' +
        ' window, kernel included, divided by its frames. Memory of a session is what the process had more than with two' +
        ' sessions, sockets and all histograms included.',
      ...results.map(({ road, clients, trust }) => `${clients} over ${road}: ${trust}`),
    ];
    return { tables: [tableOf(results, alone)], bars: barsOf(results, alone), notes, figures: { alone, results } };
  },
};

async function measure({ children, folder, say, quick }: BenchContext, road: Road, clients: number): Promise<Figures> {
  say(`${clients} sessions over ${road}`);
  const server = children.worker<PublisherCommands>('publisher-worker');
  const { port } = await server.call('start', { jpegBytes: FRAME_BYTES, maxClients: clients, road });
  const target = addressOf(road, port);
  const seconds = quick ? 4 : 15;
  const file = join(folder, `load-${road}-${clients}.json`);
  const args = [
    '--clients',
    `${clients}`,
    '--spread',
    `${THREADS}`,
    '--ramp',
    `${RAMP_SECONDS}`,
    '--duration',
    `${seconds}`,
  ];
  const child = children.start(process.execPath, [
    ...[CLIENT, 'load', target, ...args, '--server-api', 'off', '--plain', '--report', file],
  ]);
  child.stdout?.resume();
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  const serverCpu = percentsWhile([server.pid], (RAMP_SECONDS + seconds) * 1000);
  await once(child, 'close');
  const { percents } = await serverCpu;
  await server.end();
  const report = await readFile(file, 'utf8').catch(() => null);
  if (report === null) throw new Error(`no report was written: ${errors.trim()}`);
  return figuresOf(road, clients, percents[0] ?? NaN, JSON.parse(report) as RunReport);
}

function addressOf(road: Road, port: number): string {
  if (road === 'mjpeg') return `http://127.0.0.1:${port}/synthetic.mjpg`;
  return road === 'tcp' ? `streamer://127.0.0.1:${port}` : `ws://127.0.0.1:${port}/`;
}

function figuresOf(road: Road, clients: number, serverCpu: number, report: RunReport): Figures {
  const { total, generator, verdict, validity } = report;
  if (!total || !generator) throw new Error('the report has no figures');
  const seconds = total.durationMs / 1000;
  const threads = generator.threads.map(({ timerLatenessUs, loopDelayUs }) =>
    Math.max(timerLatenessUs.p99, loopDelayUs.p99),
  );
  return {
    ...{ road, clients, serverCpu },
    connected: total.sessions.connected,
    frames: total.frames.received,
    lost: total.frames.lost,
    skipped: total.frames.skipped,
    bytesPerSecond: total.bytes / seconds,
    ownCpu: generator.cpuPercent,
    cpuUsAFrame: ((generator.cpuPercent / 100) * seconds * 1e6) / total.frames.received,
    residentBytes: generator.residentBytes.max,
    ownDelayUs: Math.max(...threads),
    latencyUs: { p50: total.latencyUs.p50, p99: total.latencyUs.p99 },
    errorUs: total.latencyUs.errorUs,
    verdict: verdict.level,
    trust: validity.trust,
  };
}

function kibASession({ residentBytes, clients }: Figures, alone: Figures): number {
  return (residentBytes - alone.residentBytes) / KIB / Math.max(1, clients - alone.clients);
}

/** Sessions that one core would hold, if it had nothing else to do. */
function sessionsACore({ clients, ownCpu }: Figures): number {
  return (clients * 100) / ownCpu;
}

function tableOf(results: readonly Figures[], alone: Figures): Table {
  const head = [
    'road',
    'sessions',
    'frames',
    'lost',
    'skipped',
    'MB/s',
    'own CPU %',
    'server CPU %',
    'sessions a core',
  ];
  head.push(
    'µs a frame',
    '% a session',
    'KiB a session',
    'own delay p99 ms',
    'latency p50 ms',
    'p99 ms',
    '± ms',
    'verdict',
  );
  const rows = results.map((result) => [
    result.road,
    cell(result.clients),
    cell(result.frames),
    cell(result.lost),
    cell(result.skipped),
    cell(result.bytesPerSecond / 1e6),
    cell(result.ownCpu),
    cell(result.serverCpu),
    cell(sessionsACore(result)),
    cell(result.cpuUsAFrame, 1),
    cell(result.ownCpu / result.clients, 3),
    cell(kibASession(result, alone)),
    milliseconds(result.ownDelayUs),
    milliseconds(result.latencyUs.p50),
    milliseconds(result.latencyUs.p99),
    milliseconds(result.errorUs),
    result.verdict,
  ]);
  return { title: `${THREADS} worker threads; CPU is in percent of one core`, head, rows };
}

function barsOf(results: readonly Figures[], alone: Figures): Bar[] {
  const most = results.find(({ road, clients }) => road === 'tcp' && clients === 1000);
  const missing = most ? most.lost + most.skipped + (most.clients - most.connected) : null;
  const limitKib = 300;
  return [
    { name: '1,000 TCP sessions: frames lost or left out, sessions gone', measured: missing, ...bar('<=', 0, '') },
    {
      name: '1,000 TCP sessions: sessions a core',
      measured: most ? sessionsACore(most) : null,
      ...bar('>=', 1000, ''),
    },
    {
      name: '1,000 TCP sessions: memory',
      measured: most ? kibASession(most, alone) : null,
      ...bar('<', limitKib, 'KiB a session'),
    },
  ];
}

function bar(relation: Bar['relation'], limit: number, unit: string): Pick<Bar, 'relation' | 'limit' | 'unit'> {
  return { relation, limit, unit };
}
