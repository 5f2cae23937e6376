import { setTimeout as sleep } from 'node:timers/promises';
import { requireGortsplibServer } from '../../helpers/gortsplib-server.js';
import { makeCameraVideo, makeJpegs } from '../camera-clips.js';
import { median } from '../quantiles.js';
import { RtspCameras } from '../rtsp-cameras.js';
import type { BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { startServer } from '../server-process.js';
import { milliseconds } from '../table.js';
import type { Table } from '../table.js';
import type { CamerasCommands } from '../workers/cameras-worker.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';

const OUTAGES_MS = [1000, 5000];
/** Cameras that fail at once; each of them has a backoff of its own. */
const CAMERAS = 4;
const PICTURES = { name: '720p', width: 1280, height: 720, fps: 30, frames: 90 };
/** The wait between two attempts is at most 10 s. */
const LIMIT_MS = 30_000;
const SETTLE_MS = 1500;

/** Cameras whose power can fail; both take and give names and times in the order of the cameras. */
interface Cameras {
  readonly urls: readonly string[];
  unplug(): Promise<void>;
  /** When each is there again, in microseconds of the clock that all processes share. */
  plugIn(): Promise<readonly number[]>;
  end(): Promise<void>;
}

/** Cameras of both kinds, by what they speak. */
const KINDS = {
  'HTTP MJPEG': httpCameras,
  'RTSP H.264': rtspCameras,
} as const;
type Kind = keyof typeof KINDS;

interface Measured {
  readonly kind: Kind;
  readonly outageMs: number;
  /** One for each camera in each round. */
  readonly waits: Wait[];
  readonly missing: number;
}

/** What a viewer waited, and how much of it from the attempt to connect that worked. */
interface Wait {
  readonly wholeUs: number;
  readonly attemptUs: number;
}

/** How long a viewer waits for the picture after a camera has come back. */
export const reconnect: Scenario = {
  name: 'reconnect',
  title: 'Reconnect: from the moment a 720p30 camera is back until its first frame is in the client',
  async run(context): Promise<ScenarioResult> {
    const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => kind === 'HTTP MJPEG' || requireGortsplibServer());
    const measured: Measured[] = [];
    for (const kind of kinds) {
      const cameras = await KINDS[kind](context);
      for (const outageMs of OUTAGES_MS) measured.push(await measure(context, kind, cameras, outageMs));
      await cameras.end();
    }
    const notes = [...NOTES, ...(kinds.includes('RTSP H.264') ? [] : ['LEFT OUT: RTSP, for which Go is needed.'])];
    return { tables: [tableOf(measured)], bars: [], notes, figures: measured };
  },
};

const NOTES = [
  `${CAMERAS} cameras lose their power at once (connections reset, nobody listens), each round with a new server. What a` +
    ' viewer waits is above all the backoff, which is jittered: the next attempt after a failure comes within 0.13-0.25 s, then' +
    ' 0.25-0.5 s, 0.5-1 s, 1-2 s and so on up to 5-10 s, so the longer an outage was the longer the wait after it. Since the' +
    ' attempt: from the beginning of the attempt that worked. An RTSP camera is back when its path is published; FFmpeg is started for each attempt, and then waits' +
    ' for a key frame, of which there is one a second.',
];

async function measure(context: BenchContext, kind: Kind, cameras: Cameras, outageMs: number): Promise<Measured> {
  const waits: Wait[] = [];
  const rounds = context.quick ? 1 : 5;
  for (let round = 1; round <= rounds; round += 1) {
    context.say(`${kind}, an outage of ${outageMs / 1000} s, round ${round}`);
    waits.push(...(await oneOutage(context, cameras, outageMs)));
  }
  return { kind, outageMs, waits, missing: rounds * CAMERAS - waits.length };
}

async function oneOutage({ children }: BenchContext, cameras: Cameras, outageMs: number): Promise<Wait[]> {
  const names = cameras.urls.map((_, n) => `cam${n}`);
  const server = await startServer(
    children,
    cameras.urls.map((url, n) => `cam${n}=${url}`),
  );
  const sessions = children.worker<SessionsCommands>('sessions-worker');
  await sessions.call('connect', { port: server.port, clients: 1, serverClock: null, streams: names });
  await sleep(SETTLE_MS);
  await cameras.unplug();
  await sleep(outageMs);
  const coming = sessions.call('nextFrames', { streams: CAMERAS, limitMs: LIMIT_MS });
  const backUs = await cameras.plugIn();
  const returns = await coming;
  await Promise.all([server.end(), sessions.end()]);
  return names.flatMap((name, n) => {
    const { frameUs, attemptUs } = returns.get(name) ?? {};
    if (frameUs === undefined) return [];
    return [{ wholeUs: frameUs - (backUs[n] ?? NaN), attemptUs: frameUs - (attemptUs ?? NaN) }];
  });
}

async function httpCameras(context: BenchContext): Promise<Cameras> {
  const worker = context.children.worker<CamerasCommands>('cameras-worker');
  const { port } = await worker.call('start', { files: await makeJpegs(context, PICTURES), fps: PICTURES.fps });
  const all = Array.from({ length: CAMERAS }, (_, n) => n);
  return {
    urls: all.map((n) => `http://127.0.0.1:${port}/${n}`),
    unplug: () => worker.call('unplug'),
    async plugIn() {
      const { backUs } = await worker.call('plugIn');
      return all.map(() => backUs);
    },
    end: () => worker.end(),
  };
}

async function rtspCameras(context: BenchContext): Promise<Cameras> {
  const cameras = await RtspCameras.start(context, await makeCameraVideo(context, PICTURES), CAMERAS);
  return {
    urls: cameras.paths.map((path) => cameras.url(path)),
    unplug: () => cameras.unplug(),
    async plugIn() {
      const times = await cameras.plugIn();
      return cameras.paths.map((path) => times.get(path) ?? NaN);
    },
    end: () => cameras.stop(),
  };
}

function tableOf(measured: readonly Measured[]): Table {
  const rows = measured.map(({ kind, outageMs, waits, missing }) => [
    `${kind}, ${outageMs / 1000} s`,
    ...spread(waits.map(({ wholeUs }) => wholeUs)),
    ...spread(waits.map(({ attemptUs }) => attemptUs)),
    String(waits.length),
    String(missing),
  ]);
  return {
    title: 'Milliseconds from the return of the camera to the first frame',
    head: [
      ...['camera, outage', 'least', 'median', 'greatest'],
      ...['since the attempt: least', 'median', 'greatest', 'returns', 'without a frame'],
    ],
    rows,
  };
}

function spread(us: readonly number[]): string[] {
  return [Math.min(...us), median(us), Math.max(...us)].map((each) => milliseconds(each, 0));
}
