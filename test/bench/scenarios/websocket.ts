import { setTimeout as sleep } from 'node:timers/promises';
import type { Children } from '../children.js';
import { CLIENTS_OPTIONS, FPS, FRAME_BYTES, INTERVAL_MS, maxConnections } from '../crowd.js';
import { percentsWhile } from '../process-figures.js';
import type { Bar, Scenario } from '../scenario.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { AcknowledgersCommands } from '../workers/acknowledgers-worker.js';
import type { PublisherCommands } from '../workers/publisher-worker.js';

const ROADS = ['tcp', 'websocket'] as const;
type Road = (typeof ROADS)[number];

const CLIENTS = [100, 300, 1000];
const QUICK_CLIENTS = [100, 300];
/** A server grants fewer acknowledgements to those who kept up for two seconds, so measure after that. */
const WARM_UP_MS = 3000;

/** What one road did with one number of clients. */
interface Figures {
  readonly road: Road;
  readonly clients: number;
  /** Percent of one core. */
  readonly serverCpu: number;
  readonly clientsCpu: number;
  /** CPU of the server for one frame to one client, with all that belongs to it. */
  readonly deliveryUs: number;
  /** Time to hand one frame to all clients. */
  readonly publishUs: { readonly p50: number | null; readonly p99: number | null };
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  readonly frames: number;
  readonly skipped: number;
  readonly ended: number;
}

/** The same frames to the same clients, over TCP and over WebSocket: what the second road costs. */
export const websocket: Scenario = {
  name: 'websocket',
  title: `WebSocket beside TCP: ${FRAME_BYTES / 1000} KB x ${FPS} fps to clients on the same machine`,
  async run({ quick, children, say }) {
    const counts = (quick ? QUICK_CLIENTS : CLIENTS).filter((clients) => clients <= maxConnections());
    const results: Figures[] = [];
    for (const clients of counts) {
      for (const road of ROADS) {
        say(`${clients} clients over ${road}`);
        results.push(await measure(children, road, clients, quick ? 3000 : 12_000));
      }
    }
    const notes = [
      'Clients say HELLO, acknowledge, ping and answer, no more, and share the cores of this machine with the server.' +
        ' Latency is from the moment a frame was due to when a client had all of it, by the clock that both processes share.',
    ];
    return { tables: [tableOf(results)], bars: barsOf(results), notes, figures: results };
  },
};

async function measure(children: Children, road: Road, clients: number, measureMs: number): Promise<Figures> {
  const server = children.worker<PublisherCommands>('publisher-worker');
  const readers = children.worker<AcknowledgersCommands>('acknowledgers-worker', CLIENTS_OPTIONS);
  const { port, clock } = await server.call('start', { jpegBytes: FRAME_BYTES, maxClients: clients, road });
  await readers.call('connect', { port, clients, road, serverClock: clock });
  await sleep(WARM_UP_MS);
  await Promise.all([server.call('begin'), readers.call('begin')]);
  const { percents, wallSeconds } = await percentsWhile([server.pid, readers.pid], measureMs);
  const { latencyUs, frames, skipped, ended } = await readers.call('end');
  const { publishUs } = await server.call('figures');
  await Promise.all([server.end(), readers.end()]);
  const [serverCpu = NaN, clientsCpu = NaN] = percents;
  const deliveryUs = ((serverCpu / 100) * wallSeconds * 1e6) / frames;
  return { road, clients, serverCpu, clientsCpu, deliveryUs, publishUs, latencyUs, frames, skipped, ended };
}

function tableOf(results: readonly Figures[]): Table {
  const head = ['road', 'clients', 'server CPU %', 'clients CPU %', 'µs a delivery', 'publish p50 ms', 'p99 ms'];
  head.push('latency p50 ms', 'p99 ms', 'max ms', 'frames', 'skipped', 'ended');
  const rows = results.map((result) => [
    result.road,
    cell(result.clients),
    cell(result.serverCpu),
    cell(result.clientsCpu),
    cell(result.deliveryUs, 1),
    milliseconds(result.publishUs.p50),
    milliseconds(result.publishUs.p99),
    milliseconds(result.latencyUs.p50),
    milliseconds(result.latencyUs.p99),
    milliseconds(result.latencyUs.max),
    cell(result.frames),
    cell(result.skipped),
    cell(result.ended),
  ]);
  return { title: 'CPU is in percent of one core; a delivery is one frame to one client', head, rows };
}

function barsOf(results: readonly Figures[]): Bar[] {
  const of = (road: Road, clients: number) => results.find((it) => it.road === road && it.clients === clients);
  const webSocket = of('websocket', 300);
  const tcp = of('tcp', 300);
  if (!webSocket || !tcp) return [];
  const p99 = webSocket.latencyUs.p99;
  const measured = p99 === null ? null : p99 / 1000;
  const times = webSocket.deliveryUs / tcp.deliveryUs;
  return [
    { name: '300 WebSocket clients: latency p99', measured, relation: '<', limit: INTERVAL_MS, unit: 'ms' },
    { name: '300 WebSocket clients: CPU', measured: times, relation: '<=', limit: 1.5, unit: 'times that of TCP' },
    { name: '300 WebSocket clients: frames left out', measured: webSocket.skipped, relation: '<=', limit: 0, unit: '' },
  ];
}
