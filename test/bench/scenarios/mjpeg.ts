import { setTimeout as sleep } from 'node:timers/promises';
import { spreadsUs } from '../arrivals.js';
import { CLIENTS_OPTIONS, FPS, FRAME_BYTES, INTERVAL_MS, maxConnections } from '../crowd.js';
import { startTcpServerSink } from '../gstreamer.js';
import { residentBytes } from '../../../shared/process-times.js';
import { cpuWhile, percentOfCore } from '../process-figures.js';
import { p50And99 } from '../quantiles.js';
import type { Bar, BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { WorkerLink } from '../worker-link.js';
import type { PublisherCommands } from '../workers/publisher-worker.js';
import type { ViewersCommands } from '../workers/viewers-worker.js';

const VIEWERS = 500;
/** Whoever has just come is looked at more closely for a while. */
const WARM_UP_MS = 4000;

/** What one server did; CPU in percent of one core. */
interface Watched {
  readonly server: 'frame-streamer' | 'multipartmux';
  readonly viewers: number;
  readonly serverCpu: number;
  readonly bytesPerSecond: number;
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  readonly spreadUs: { readonly p50: number | null; readonly p99: number | null };
  readonly missed: number;
  readonly ended: number;
  /** Resident memory of the server before the viewers came, with them, and its growth while it was measured. */
  readonly memoryBytes: { readonly before: number; readonly with: number; readonly grown: number };
}

/** One stream to many viewers of MJPEG, which cannot acknowledge. */
export const mjpeg: Scenario = {
  name: 'mjpeg',
  title: `MJPEG: ${FRAME_BYTES / 1000} KB x ${FPS} fps to ${VIEWERS} viewers on the same machine`,
  async run(context): Promise<ScenarioResult> {
    const viewers = Math.min(VIEWERS, maxConnections());
    const measureMs = context.quick ? 3000 : 12_000;
    context.say(`${viewers} viewers of frame-streamer`);
    const results = [await measureOurs(context, viewers, measureMs)];
    const notes = [
      'Server and viewers share the cores of this machine. Latency is from the moment a frame was due to its last byte ' +
        'in the viewer, by X-Timestamp and the clock that all processes of a machine share.',
    ];
    if (viewers < VIEWERS) notes.push(`Only ${viewers} viewers: so many files may be open ("ulimit -n").`);
    if (context.hasGstreamer) {
      context.say(`${viewers} viewers of multipartmux`);
      try {
        results.push(await measureGstreamer(context, viewers, measureMs));
        notes.push(
          'multipartmux ! tcpserversink sends files made beforehand, without HTTP, and whatever a viewer takes.',
        );
      } catch (error) {
        notes.push(`multipartmux could not be measured: ${String(error)}`);
      }
    } else notes.push('GStreamer is not installed, so multipartmux was left out.');
    return { tables: [tableOf(results)], bars: barsOf(results[0]!), notes, figures: results };
  },
};

async function measureOurs({ children }: BenchContext, viewers: number, measureMs: number): Promise<Watched> {
  const server = children.worker<PublisherCommands>('publisher-worker');
  const sockets = children.worker<ViewersCommands>('viewers-worker', CLIENTS_OPTIONS);
  const input = { jpegBytes: FRAME_BYTES, maxClients: viewers, road: 'mjpeg' } as const;
  const { port, clock } = await server.call('start', input);
  const before = residentBytes(server.pid) ?? NaN;
  try {
    await sockets.call('connect', { port, clients: viewers, serverClock: clock });
    return { server: 'frame-streamer', ...(await measure(server.pid, before, sockets, viewers, measureMs)) };
  } finally {
    await Promise.all([server.end(), sockets.end()]);
  }
}

async function measureGstreamer(context: BenchContext, viewers: number, measureMs: number): Promise<Watched> {
  const { children, folder } = context;
  // On a busy machine those who come late have to be patient; nothing is measured before all are there.
  const seconds = (measureMs + WARM_UP_MS) / 1000 + 30;
  const stream = { recordBytes: FRAME_BYTES, fps: FPS, delaySeconds: 1 + viewers * 0.006, seconds, isMultipart: true };
  const { child, port } = await startTcpServerSink(children, folder, stream);
  const pid = child.pid ?? 0;
  const before = residentBytes(pid) ?? NaN;
  const sockets = children.worker<ViewersCommands>('viewers-worker', CLIENTS_OPTIONS);
  try {
    await sockets.call('connect', { port, clients: viewers, serverClock: null });
    return { server: 'multipartmux', ...(await measure(pid, before, sockets, viewers, measureMs)) };
  } finally {
    await Promise.all([children.end(child), sockets.end()]);
  }
}

async function measure(
  pid: number,
  before: number,
  sockets: WorkerLink<ViewersCommands>,
  viewers: number,
  measureMs: number,
): Promise<Omit<Watched, 'server'>> {
  await sleep(WARM_UP_MS);
  await sockets.call('begin');
  const withViewers = residentBytes(pid) ?? NaN;
  const cpu = await cpuWhile(pid, measureMs);
  const grown = (residentBytes(pid) ?? NaN) - withViewers;
  const { bytes, missed, ended, latencyUs, arrivals } = await sockets.call('end');
  return {
    viewers,
    serverCpu: percentOfCore(cpu),
    bytesPerSecond: bytes / cpu.wallSeconds,
    latencyUs,
    spreadUs: p50And99(arrivals ? spreadsUs([arrivals], viewers) : []),
    missed,
    ended,
    memoryBytes: { before, with: withViewers, grown },
  };
}

function tableOf(results: readonly Watched[]): Table {
  const head = ['server', 'viewers', 'MB/s', 'server CPU %', 'latency p50 ms', 'p99 ms', 'max ms'];
  head.push('spread p50 ms', 'p99 ms', 'missed', 'ended', 'memory MiB', 'with viewers', 'growth');
  const mebibytes = (value: number) => cell(value / 2 ** 20);
  const rows = results.map((result) => [
    result.server,
    cell(result.viewers),
    cell(result.bytesPerSecond / 1e6),
    cell(result.serverCpu),
    milliseconds(result.latencyUs.p50),
    milliseconds(result.latencyUs.p99),
    milliseconds(result.latencyUs.max),
    milliseconds(result.spreadUs.p50),
    milliseconds(result.spreadUs.p99),
    cell(result.missed),
    cell(result.ended),
    mebibytes(result.memoryBytes.before),
    mebibytes(result.memoryBytes.with),
    mebibytes(result.memoryBytes.grown),
  ]);
  return { title: 'CPU is in percent of one core; spread is from the first viewer to the last', head, rows };
}

function barsOf({ viewers, latencyUs, missed, ended }: Watched): Bar[] {
  const p99 = latencyUs.p99 === null ? null : latencyUs.p99 / 1000;
  return [
    { name: `${viewers} viewers: latency p99`, measured: p99, relation: '<', limit: 2 * INTERVAL_MS, unit: 'ms' },
    { name: `${viewers} viewers: frames left out`, measured: missed + ended, relation: '<=', limit: 0, unit: 'frames' },
  ];
}
