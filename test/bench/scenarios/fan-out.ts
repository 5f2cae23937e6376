import { setTimeout as sleep } from 'node:timers/promises';
import { spreadsUs } from '../arrivals.js';
import type { Children } from '../children.js';
import { CLIENTS_OPTIONS, FPS, FRAME_BYTES, INTERVAL_MS, filesOf, maxConnections } from '../crowd.js';
import { spanFigures } from '../deliveries.js';
import { startTcpServerSink } from '../gstreamer.js';
import { maxOpenFiles, percentsWhile } from '../process-figures.js';
import { p50And99 } from '../quantiles.js';
import type { Bar, BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { PublisherCommands } from '../workers/publisher-worker.js';
import type { ReadersCommands } from '../workers/readers-worker.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';

const CLIENTS = [100, 300, 1000];
/** The number of clients at which a quick run compares. */
const QUICK_COMPARISON = 300;
/** A server grants fewer acknowledgements to those who kept up for two seconds, so measure after that. */
const WARM_UP_MS = 3000;

/** What one server did with one number of clients; CPU in percent of one core. */
interface FanOut {
  readonly server: 'frame-streamer' | 'tcpserversink';
  readonly clients: number;
  readonly seconds: number;
  readonly serverCpu: number;
  readonly clientsCpu: number;
  readonly bytesPerSecond: number;
  /** From the moment a frame was due to its arrival at a client, by the protocol's own clock sync. */
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null } | null;
  readonly spreadUs: { readonly p50: number | null; readonly p99: number | null };
  readonly lost: number | null;
  readonly skipped: number | null;
  /** Connections that ended. */
  readonly ended: number;
  readonly details?: unknown;
}

/** One stream to many clients on this machine: what it costs the server and how far apart the clients get a frame. */
export const fanOut: Scenario = {
  name: 'fanout',
  title: `Fan-out: ${FRAME_BYTES / 1000} KB x ${FPS} fps to many clients on the same machine`,
  async run(context): Promise<ScenarioResult> {
    const measureMs = context.quick ? 3000 : 12_000;
    const allowed = CLIENTS.filter((clients) => clients <= maxConnections());
    const results: FanOut[] = [];
    const failures: string[] = [];
    for (const clients of allowed) {
      context.say(`${clients} clients of frame-streamer`);
      results.push(await measureOurs(context.children, clients, measureMs));
      if (!context.hasGstreamer || (context.quick && clients !== QUICK_COMPARISON)) continue;
      context.say(`${clients} readers of tcpserversink`);
      try {
        results.push(await measureGstreamer(context, clients, measureMs));
      } catch (error) {
        failures.push(`tcpserversink with ${clients} readers could not be measured: ${String(error)}`);
      }
    }
    const notes = [...notesOf(allowed, context), ...failures];
    return { tables: [tableOf(results)], bars: barsOf(results), notes, figures: results };
  },
};

async function measureOurs(children: Children, clients: number, measureMs: number): Promise<FanOut> {
  const server = children.worker<PublisherCommands>('publisher-worker');
  const sessions = children.worker<SessionsCommands>('sessions-worker', CLIENTS_OPTIONS);
  const { port, clock } = await server.call('start', { jpegBytes: FRAME_BYTES, maxClients: clients });
  await sessions.call('connect', { port, clients, serverClock: clock });
  await sleep(WARM_UP_MS);
  await Promise.all([server.call('begin'), sessions.call('begin')]);
  const cpu = await percentsWhile([server.pid, sessions.pid], measureMs);
  const { deliveries, lost, skipped, ended } = await sessions.call('end');
  const publishing = await server.call('figures');
  await Promise.all([server.end(), sessions.end()]);
  if (!deliveries) throw new Error('nothing was recorded');
  const { arrivals, frames, bytes, clockErrorUs, clockTruth, withoutClock } = deliveries;
  const spans = spanFigures([deliveries]);
  return {
    server: 'frame-streamer',
    clients,
    seconds: cpu.wallSeconds,
    serverCpu: cpu.percents[0] ?? NaN,
    clientsCpu: cpu.percents[1] ?? NaN,
    bytesPerSecond: bytes / cpu.wallSeconds,
    latencyUs: spans.total,
    spreadUs: p50And99(spreadsUs([arrivals], clients)),
    lost,
    skipped,
    ended,
    details: { deliveries: frames, spans, publishing, clockErrorUs, clockTruth, withoutClock },
  };
}

async function measureGstreamer(
  { children, folder }: BenchContext,
  clients: number,
  measureMs: number,
): Promise<FanOut> {
  // On a busy machine those who come late have to be patient; nothing is measured before all are there.
  const seconds = (measureMs + WARM_UP_MS) / 1000 + 30;
  const stream = { recordBytes: FRAME_BYTES, fps: FPS, delaySeconds: 1 + clients * 0.006, seconds };
  const { child, port } = await startTcpServerSink(children, folder, stream);
  const readers = children.worker<ReadersCommands>('readers-worker');
  try {
    await readers.call('connect', { port, clients, recordBytes: FRAME_BYTES });
    await sleep(WARM_UP_MS);
    await readers.call('begin');
    const cpu = await percentsWhile([child.pid ?? 0, readers.pid], measureMs);
    const { bytes, ended, arrivals } = await readers.call('end');
    return {
      server: 'tcpserversink',
      clients,
      seconds: cpu.wallSeconds,
      serverCpu: cpu.percents[0] ?? NaN,
      clientsCpu: cpu.percents[1] ?? NaN,
      bytesPerSecond: bytes / cpu.wallSeconds,
      latencyUs: null,
      spreadUs: p50And99(arrivals ? spreadsUs([arrivals], clients) : []),
      lost: null,
      skipped: null,
      ended,
    };
  } finally {
    await Promise.all([children.end(child), readers.end()]);
  }
}

function tableOf(results: readonly FanOut[]): Table {
  const head = ['server', 'clients', 'MB/s', 'server CPU %', 'clients CPU %'];
  head.push('latency p50 ms', 'p99 ms', 'max ms', 'spread p50 ms', 'p99 ms', 'lost', 'skipped', 'ended');
  const rows = results.map((result) => [
    result.server,
    cell(result.clients),
    cell(result.bytesPerSecond / 1e6),
    cell(result.serverCpu),
    cell(result.clientsCpu),
    milliseconds(result.latencyUs?.p50),
    milliseconds(result.latencyUs?.p99),
    milliseconds(result.latencyUs?.max),
    milliseconds(result.spreadUs.p50),
    milliseconds(result.spreadUs.p99),
    cell(result.lost),
    cell(result.skipped),
    cell(result.ended),
  ]);
  return {
    title: 'CPU is in percent of one core; spread is from the first client that has a frame to the last',
    head,
    rows,
  };
}

function barsOf(results: readonly FanOut[]): Bar[] {
  const ours = (clients: number) => results.find((r) => r.server === 'frame-streamer' && r.clients === clients);
  const p99Ms = (clients: number) => {
    const p99 = ours(clients)?.latencyUs?.p99 ?? null;
    return p99 === null ? null : p99 / 1000;
  };
  const largest = ours(1000);
  const missing = largest ? (largest.lost ?? 0) + (largest.skipped ?? 0) + largest.ended : null;
  return [
    { name: '300 clients: latency p99', measured: p99Ms(300), relation: '<', limit: INTERVAL_MS, unit: 'ms' },
    { name: '1,000 clients: latency p99', measured: p99Ms(1000), relation: '<', limit: 2 * INTERVAL_MS, unit: 'ms' },
    { name: '1,000 clients: frames lost or left out', measured: missing, relation: '<=', limit: 0, unit: 'frames' },
  ];
}

function notesOf(allowed: readonly number[], { hasGstreamer }: BenchContext): string[] {
  const notes = [
    'Server and clients share the cores of this machine. Latency is from the moment a frame was due to its last byte in' +
      ' the client, by the clock sync of the protocol; clients are real sessions that acknowledge, ping and report.',
  ];
  if (hasGstreamer)
    notes.push('tcpserversink sends files made beforehand to sockets that only read, and takes no acknowledgements.');
  else notes.push('GStreamer is not installed, so tcpserversink was left out.');
  const denied = CLIENTS.filter((clients) => !allowed.includes(clients));
  for (const clients of denied) {
    notes.push(
      `LEFT OUT: ${clients} clients need ${filesOf(clients)} open files a process, and only ${maxOpenFiles()} are` +
        ` allowed; raise the limit with "ulimit -n ${filesOf(clients)}" and run again.`,
    );
  }
  return notes;
}
