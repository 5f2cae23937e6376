import { setTimeout as sleep } from 'node:timers/promises';
import { makeJpegs } from '../camera-clips.js';
import { spanFigures } from '../deliveries.js';
import type { SpanFigures } from '../deliveries.js';
import { residentBytes } from '../../../shared/process-times.js';
import { cpuWhile, percentOfCore } from '../process-figures.js';
import type { Bar, BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { startServer } from '../server-process.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { CamerasCommands } from '../workers/cameras-worker.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';

const CAMERAS = 16;
const PICTURES = { name: 'vga', width: 640, height: 480, fps: 15, frames: 60 };
const MEBIBYTE = 2 ** 20;

/** What the server is asked for: the JPEGs as they are, or anew. */
const WAYS = [
  { name: 'passed through', args: [] },
  { name: 'encoded anew', args: ['--quality', '80'] },
] as const;

interface Measured {
  readonly way: (typeof WAYS)[number]['name'];
  readonly sent: number;
  readonly leftOut: number;
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly frameBytes: number;
  readonly seconds: number;
  /** From the first byte of a picture in the server, and from the camera's own stamp, to the client. */
  readonly total: SpanFigures;
  readonly sinceSent: SpanFigures;
  readonly serverCpu: number;
  readonly memoryMiB: { readonly before: number; readonly after: number };
}

/** A house full of cameras on one server and one viewer of all. */
export const cameras: Scenario = {
  name: 'cameras',
  title: `Cameras: ${CAMERAS} HTTP cameras at 640x480 x ${PICTURES.fps} fps, one client that watches all`,
  async run(context): Promise<ScenarioResult> {
    const files = await makeJpegs(context, PICTURES);
    const measured: Measured[] = [];
    for (const way of WAYS) measured.push(await measure(context, files, way));
    return { tables: [tableOf(measured)], bars: barsOf(measured), notes: NOTES, figures: measured };
  },
};

const NOTES = [
  'The cameras are one process that sends JPEGs made beforehand, each camera at a phase of its own; its CPU and that of the' +
    ' client are not in the figures, yet on the same cores. Latency is from the first byte of a picture in the server; since' +
    ' sent is from the moment the camera wrote it, by a stamp within the JPEG and the clock that all processes of the' +
    ' machine share, so that it also tells when the server reads late.',
];

async function measure(
  { children, quick, say }: BenchContext,
  files: readonly string[],
  { name, args }: (typeof WAYS)[number],
): Promise<Measured> {
  say(`${CAMERAS} cameras, ${name}`);
  const worker = children.worker<CamerasCommands>('cameras-worker');
  const { port, jpegBytes } = await worker.call('start', { files, fps: PICTURES.fps });
  const streams = Array.from({ length: CAMERAS }, (_, n) => `cam${n}`);
  const server = await startServer(children, [...args, ...streams.map((id) => `${id}=http://127.0.0.1:${port}/${id}`)]);
  const sessions = children.worker<SessionsCommands>('sessions-worker');
  await sessions.call('connect', { port: server.port, clients: 1, serverClock: null, streams });
  await sleep(quick ? 2000 : 5000);
  const before = memoryMiB(server.pid);
  await Promise.all([worker.call('begin'), sessions.call('begin')]);
  const cpu = await cpuWhile(server.pid, quick ? 5000 : 30_000);
  const [sent, { deliveries, lost, skipped }] = await Promise.all([worker.call('figures'), sessions.call('end')]);
  const after = memoryMiB(server.pid);
  await Promise.all([server.end(), sessions.end(), worker.end()]);
  if (!deliveries) throw new Error('nothing was recorded');
  const { total, sinceSent } = spanFigures([deliveries]);
  return {
    way: name,
    sent: sent.sent,
    leftOut: sent.leftOut,
    received: deliveries.frames,
    lost,
    skipped,
    frameBytes: jpegBytes,
    seconds: cpu.wallSeconds,
    total,
    sinceSent,
    serverCpu: percentOfCore(cpu),
    memoryMiB: { before, after },
  };
}

function memoryMiB(pid: number): number {
  return (residentBytes(pid) ?? NaN) / MEBIBYTE;
}

function tableOf(measured: readonly Measured[]): Table {
  const head = ['way', 'KB/frame', 'sent', 'received', 'lost', 'skipped', 'fps', 'latency p50 ms', 'p99 ms'];
  head.push('since sent p50', 'p99', 'server CPU %', 'memory MiB', 'at the end');
  const rows = measured.map((each) => [
    each.way,
    cell(each.frameBytes / 1000),
    cell(each.sent),
    cell(each.received),
    cell(each.lost),
    cell(each.skipped),
    cell(each.received / each.seconds),
    milliseconds(each.total.p50),
    milliseconds(each.total.p99),
    milliseconds(each.sinceSent.p50),
    milliseconds(each.sinceSent.p99),
    cell(each.serverCpu, 1),
    cell(each.memoryMiB.before),
    cell(each.memoryMiB.after),
  ]);
  return { title: 'CPU is in percent of one core; KB are those of the camera', head, rows };
}

function barsOf(measured: readonly Measured[]): Bar[] {
  return measured.map(({ way, lost, skipped, leftOut }) => ({
    name: `${CAMERAS} cameras ${way}: frames lost or left out`,
    measured: lost + skipped + leftOut,
    relation: '<=',
    limit: 0,
    unit: 'frames',
  }));
}
