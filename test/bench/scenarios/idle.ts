import { setTimeout as sleep } from 'node:timers/promises';
import { requireGortsplibServer } from '../../helpers/gortsplib-server.js';
import { makeCameraVideo } from '../camera-clips.js';
import { descendants, residentBytes } from '../../../shared/process-times.js';
import { cpuWhile, percentOfCore } from '../process-figures.js';
import { RtspCameras } from '../rtsp-cameras.js';
import type { Bar, BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { startServer } from '../server-process.js';
import type { ServerProcess } from '../server-process.js';
import { cell } from '../table.js';
import type { Table } from '../table.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';

const SOURCES = 8;
const PICTURES = { name: '720p-long', width: 1280, height: 720, fps: 30, frames: 150 };
const IDLE_TIMEOUT_S = 1;
/** Longer than the time-out and what ends then. */
const LEAVING_MS = 3000;
/** What a Node process uses that has nothing to do, timers and garbage collection included. */
const MAX_IDLE_PERCENT = 0.5;

type Situation = 'nobody watches' | 'one viewer of one stream' | 'the viewer has left';

interface Measured {
  readonly situation: Situation;
  /** In percent of one core. */
  readonly serverCpu: number;
  readonly ffmpegCpu: number;
  readonly children: number;
  /** Of the RTSP server, without those that publish. */
  readonly connections: number;
  readonly memoryMiB: number;
  readonly fps: number | null;
}

/** What sources cost that nobody looks at, and one that somebody does. */
export const idle: Scenario = {
  name: 'idle',
  title: `Idle: ${SOURCES} RTSP sources of H.264 at 720p30, on demand`,
  async run(context): Promise<ScenarioResult> {
    if (!requireGortsplibServer()) {
      return { tables: [], bars: barsOf([]), notes: ['LEFT OUT: Go is needed for the RTSP server.'], figures: [] };
    }
    context.say('publishing');
    const cameras = await RtspCameras.start(context, await makeCameraVideo(context, PICTURES), SOURCES);
    const args = [
      '--idle-timeout',
      String(IDLE_TIMEOUT_S),
      ...cameras.paths.map((path) => `${path}=${cameras.url(path)}`),
    ];
    const server = await startServer(context.children, args);
    const measured = await measureAll(context, cameras, server);
    await server.end();
    await cameras.stop();
    return { tables: [tableOf(measured)], bars: barsOf(measured), notes: NOTES, figures: measured };
  },
};

const NOTES = [
  'The sources are paths of a real RTSP server (gortsplib), published by FFmpegs that copy a file; their CPU is not in the' +
    ' figures. Connections are those of the RTSP server that are not theirs. A viewer means: one FFmpeg decodes, one stream is' +
    ' encoded and sent, and the other seven stay as they were.',
];

async function measureAll(context: BenchContext, cameras: RtspCameras, server: ServerProcess): Promise<Measured[]> {
  const watchMs = context.quick ? 4000 : 10_000;
  const look = async (situation: Situation): Promise<Omit<Measured, 'fps'>> => {
    context.say(situation);
    const cpu = await cpuWhile(server.pid, watchMs);
    return {
      situation,
      serverCpu: percentOfCore({ ...cpu, childrenSeconds: 0 }),
      ffmpegCpu: percentOfCore({ ...cpu, ownSeconds: 0 }),
      children: descendants(server.pid).length,
      connections: cameras.connections,
      memoryMiB: (residentBytes(server.pid) ?? NaN) / 2 ** 20,
    };
  };
  // What starting takes is over.
  await sleep(LEAVING_MS);
  const before = await look('nobody watches');
  const sessions = context.children.worker<SessionsCommands>('sessions-worker');
  const [stream = ''] = cameras.paths;
  await sessions.call('connect', { port: server.port, clients: 1, serverClock: null, streams: [stream] });
  await sleep(LEAVING_MS);
  await sessions.call('begin');
  const during = await look('one viewer of one stream');
  const { deliveries } = await sessions.call('end');
  await sessions.end();
  await sleep(IDLE_TIMEOUT_S * 1000 + LEAVING_MS);
  const after = await look('the viewer has left');
  const fps = (deliveries?.frames ?? 0) / (watchMs / 1000);
  return [
    { ...before, fps: null },
    { ...during, fps },
    { ...after, fps: null },
  ];
}

function tableOf(measured: readonly Measured[]): Table {
  const rows = measured.map((each) => [
    each.situation,
    cell(each.serverCpu, 2),
    cell(each.ffmpegCpu, 2),
    cell(each.children),
    cell(each.connections),
    cell(each.memoryMiB),
    cell(each.fps, 1),
  ]);
  const head = ['situation', 'server CPU %', 'its FFmpegs %', 'children', 'RTSP connections', 'server MiB', 'fps'];
  return { title: 'CPU is in percent of one core', head, rows };
}

function barsOf(measured: readonly Measured[]): Bar[] {
  const of = (situation: Situation) => measured.find((each) => each.situation === situation);
  const cpu = (each: Measured | undefined) => (each ? each.serverCpu + each.ffmpegCpu : null);
  const left = (each: Measured | undefined) => (each ? each.children + each.connections : null);
  const quiet = (['nobody watches', 'the viewer has left'] as const).flatMap((situation): Bar[] => [
    {
      name: `${situation}: CPU`,
      measured: cpu(of(situation)),
      relation: '<=',
      limit: MAX_IDLE_PERCENT,
      unit: '% of a core',
    },
    {
      name: `${situation}: children and connections`,
      measured: left(of(situation)),
      relation: '<=',
      limit: 0,
      unit: '',
    },
  ]);
  const children = of('one viewer of one stream')?.children ?? null;
  return [...quiet, { name: 'one viewer: FFmpegs', measured: children, relation: '<=', limit: 1, unit: 'children' }];
}
