import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { requireMediamtx, startMediamtx } from '../../helpers/mediamtx-server.js';
import type { MediamtxServer } from '../../helpers/mediamtx-server.js';
import { descendants } from '../../../shared/process-times.js';
import { percentsWhile, proportionalBytes } from '../process-figures.js';
import { PUBLISH_WAYS, startPublish } from '../publish-ways.js';
import type { PublishWay } from '../publish-ways.js';
import type { BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell } from '../table.js';
import type { Table } from '../table.js';

const FPS = 30;
const BITRATE = '2M';
const CLIP_SECONDS = 10;
const CLIP = { width: 1280, height: 720 };
const HELD_STREAMS = 50;
const READER_STAGGER_MS = 200;

/** What one way cost with so many streams. */
interface Cost {
  readonly way: string;
  readonly streams: number;
  /** Streams that could be read when it was measured. */
  readonly ready: number;
  /** Percent of one core. */
  readonly publisherPercent: number;
  readonly serverPercent: number;
  readonly memoryBytes: number;
  readonly processes: number;
  /** What arrived at the server, a stream. */
  readonly mbitPerStream: number;
  /** Pictures a second that a reader of the last stream counted. */
  readonly readerFps: number | null;
}

/** What readers of all streams counted. */
interface Held {
  readonly seconds: number;
  readonly healthy: number;
  readonly dropped: number;
  readonly skipped: number;
  /** Pictures that each reader counted. */
  readonly counted: readonly number[];
}

/** What it costs to publish many looping streams, by the ways there are. */
export const publish: Scenario = {
  name: 'publish',
  title: `Publish: looping 720p streams of ${FPS} fps and 2 Mbit/s to MediaMTX, nothing encoded`,
  async run(context): Promise<ScenarioResult> {
    if (!requireMediamtx()) return { tables: [], bars: [], notes: ['LEFT OUT: there is no MediaMTX.'], figures: null };
    const file = await makeLoop(context);
    const costs: Cost[] = [];
    for (const streams of context.quick ? [50] : [50, 100, 200]) {
      for (const way of PUBLISH_WAYS) costs.push(await costOf(context, file, way, streams));
    }
    const held = await hold(context, file);
    return {
      tables: [costTable(costs), heldTable(held)],
      bars: [
        { name: '50 streams healthy to the end', measured: held.healthy, relation: '>=', limit: 50, unit: 'streams' },
        {
          name: 'pictures that the worst reader counted',
          measured: (Math.min(...held.counted) / (held.seconds * FPS)) * 100,
          relation: '>=',
          limit: 99,
          unit: '% of those due',
        },
      ],
      notes: NOTES,
      figures: { costs, held },
    };
  },
};

const NOTES = [
  'CPU is that of all processes of the way, those that end included, and of MediaMTX, while nothing reads but one FFmpeg' +
    ' that counts the pictures of the last stream. Of memory that processes share, such as program code, each has its' +
    ' part (PSS).',
  'A stream is ready when MediaMTX lets it be read.',
];

async function makeLoop({ children, ffmpeg, folder }: BenchContext): Promise<string> {
  const path = join(folder, 'loop.mp4');
  const graph = `testsrc2=size=${CLIP.width}x${CLIP.height}:rate=${FPS},noise=alls=8:allf=t`;
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', graph, '-t', String(CLIP_SECONDS)];
  const rate = [
    '-b:v',
    BITRATE,
    '-minrate',
    BITRATE,
    '-maxrate',
    BITRATE,
    '-bufsize',
    '1M',
    '-x264-params',
    'nal-hrd=cbr',
  ];
  const gop = ['-g', String(2 * FPS), '-sc_threshold', '0', '-bf', '0'];
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', ...rate, ...gop];
  await children.run(ffmpeg.ffmpegPath, [...input, ...codec, '-y', path]);
  return path;
}

async function costOf(context: BenchContext, file: string, way: PublishWay, streams: number): Promise<Cost> {
  context.say(`${streams} streams, ${way.name}`);
  const { settleMs, measureMs, readyMs } = context.quick
    ? { settleMs: 2000, measureMs: 6000, readyMs: 30_000 }
    : { settleMs: 5000, measureMs: 15_000, readyMs: 60_000 };
  const server = await startMediamtx();
  const urls = urlsOf(server, streams);
  const children = way.start(context, file, urls);
  try {
    await untilReady(server, streams, readyMs);
    await sleep(settleMs);
    const before = await received(server);
    const reading = countPictures(context, urls.at(-1) ?? '', measureMs / 1000);
    const pids = children.map(({ pid }) => pid).filter((pid) => pid !== undefined);
    const { percents, wallSeconds } = await percentsWhile([...pids, server.pid], measureMs);
    const after = await received(server);
    const processes = pids.flatMap((pid) => [pid, ...descendants(pid)]);
    const counted = await reading;
    return {
      way: way.name,
      streams,
      ready: after.ready,
      publisherPercent: percents.slice(0, -1).reduce((sum, percent) => sum + percent, 0),
      serverPercent: percents.at(-1) ?? NaN,
      memoryBytes: processes.reduce((sum, pid) => sum + (proportionalBytes(pid) ?? 0), 0),
      processes: processes.length,
      mbitPerStream: ((after.bytes - before.bytes) * 8) / wallSeconds / streams / 1e6,
      readerFps: counted === null ? null : (counted / measureMs) * 1000,
    };
  } finally {
    await endAll(context, children);
    await server.stop();
  }
}

/** Fifty streams for a minute, each with a reader that counts its pictures. */
async function hold(context: BenchContext, file: string): Promise<Held> {
  const seconds = context.quick ? 10 : 60;
  context.say(`${HELD_STREAMS} streams for ${seconds} s, a reader each`);
  const server = await startMediamtx();
  const urls = urlsOf(server, HELD_STREAMS);
  const report = join(context.folder, 'report.json');
  const child = startPublish(context, file, urls, ['--report', report]);
  try {
    await untilReady(server, HELD_STREAMS, 60_000);
    const counted = await Promise.all(
      urls.map(async (url, n) => {
        // Fifty FFmpegs that start at once leave nothing of two cores for whoever publishes.
        await sleep(n * READER_STAGGER_MS);
        return countPictures(context, url, seconds);
      }),
    );
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    await gone;
    const { totals } = JSON.parse(await readFile(report, 'utf8')) as {
      totals: { healthyAtEnd: number; framesDropped: number; framesSkipped: number };
    };
    return {
      seconds,
      healthy: totals.healthyAtEnd,
      dropped: totals.framesDropped,
      skipped: totals.framesSkipped,
      counted: counted.map((count) => count ?? 0),
    };
  } finally {
    await endAll(context, [child]);
    await server.stop();
  }
}

function urlsOf(server: MediamtxServer, streams: number): string[] {
  return Array.from({ length: streams }, (_, n) => server.url(`load/stream-${String(n + 1).padStart(3, '0')}`));
}

/** Resolves when all are ready, or after `limitMs`: what a way does not manage is a result, too. */
async function untilReady(server: MediamtxServer, streams: number, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while ((await received(server)).ready < streams && performance.now() < endMs) await sleep(250);
}

async function received(server: MediamtxServer): Promise<{ ready: number; bytes: number }> {
  const ready = [...(await server.paths()).values()].filter((path) => path.ready);
  return { ready: ready.length, bytes: ready.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0) };
}

/** Pictures that come from an address in so many seconds of its own time; null where it cannot be read. */
async function countPictures({ ffmpeg }: BenchContext, url: string, seconds: number): Promise<number | null> {
  const show = ['-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0'];
  const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-read_intervals', `%+${seconds}`, ...show, url];
  try {
    const limits = { timeout: (seconds + 20) * 1000, killSignal: 'SIGKILL' } as const;
    const { stdout } = await promisify(execFile)(ffmpeg.ffprobePath, args, limits);
    return Number.parseInt(stdout, 10);
  } catch {
    return null;
  }
}

async function endAll({ children }: BenchContext, all: readonly ChildProcess[]): Promise<void> {
  await Promise.all(all.map((child) => children.end(child)));
}

function costTable(costs: readonly Cost[]): Table {
  return {
    title: 'Cost of publishing; CPU in percent of one core',
    head: ['way', 'streams', 'ready', 'CPU', 'CPU a stream', 'MediaMTX', 'MB', 'processes', 'Mbit/s each', 'fps read'],
    rows: costs.map((cost) => [
      cost.way,
      cell(cost.streams),
      cell(cost.ready),
      cell(cost.publisherPercent, 1),
      cell(cost.publisherPercent / cost.streams, 2),
      cell(cost.serverPercent, 1),
      cell(cost.memoryBytes / 1e6),
      cell(cost.processes),
      cell(cost.mbitPerStream, 2),
      cell(cost.readerFps, 1),
    ]),
  };
}

function heldTable({ seconds, healthy, dropped, skipped, counted }: Held): Table {
  return {
    title: `${HELD_STREAMS} streams for ${seconds} s, a reader each; ${seconds * FPS} pictures are due`,
    head: ['', 'healthy', 'dropped', 'skipped', 'fewest counted', 'most counted'],
    rows: [
      [
        'streamer-server publish',
        cell(healthy),
        cell(dropped),
        cell(skipped),
        cell(Math.min(...counted)),
        cell(Math.max(...counted)),
      ],
    ],
  };
}
