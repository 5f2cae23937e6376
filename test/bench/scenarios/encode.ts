import { setTimeout as sleep } from 'node:timers/promises';
import { CLIP_FPS, makeClip, SIZES } from '../clips.js';
import type { Clip } from '../clips.js';
import { jpegPipeline } from '../gstreamer.js';
import { endedChildrenCpuSeconds, treeCpuSeconds } from '../process-figures.js';
import { median } from '../quantiles.js';
import type { Bar, BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { startServer } from '../server-process.js';
import { cell } from '../table.js';
import type { Table } from '../table.js';
import type { EncodeCommands } from '../workers/encode-worker.js';
import type { SessionsCommands } from '../workers/sessions-worker.js';
import type { WorkerLink } from '../worker-link.js';

const QUALITY = 80;
/** FFmpeg's scale; at 5 its files have about the signal-to-noise ratio of libjpeg's quality 80. */
const FFMPEG_QUALITY = 5;
const MAX_RATIO = 1.8;
/** A server joins a clip at its second frame. */
const SHORTEST_FRAMES = 2;
/** Paced runs are measured once they have settled. */
const SETTLE_MS = 2000;

/** Ways to make JPEGs of a file that are compared; each gives CPU milliseconds a frame. */
type Way = 'frame-streamer' | 'ffmpeg mjpeg' | 'gstreamer jpegenc';

/** CPU milliseconds a frame, round by round. */
interface Measured {
  readonly size: string;
  readonly mode: 'as fast as possible' | 'at 30 fps';
  readonly way: Way;
  readonly cpuMsPerFrame: number[];
  readonly details: unknown[];
}

/** What a frame costs from H.264 to JPEG, all processes together. */
export const encode: Scenario = {
  name: 'encode',
  title: 'Encode: H.264 file to JPEG frames, CPU of all processes and threads together',
  async run(context): Promise<ScenarioResult> {
    const measured: Measured[] = [];
    for (const size of SIZES) {
      context.say(`making a clip of ${size.name}`);
      const isPaced = !context.quick || size.name === '1080p';
      const clip = await makeClip(context, size, framesOf(context, isPaced));
      const shortest = await makeClip(context, size, SHORTEST_FRAMES);
      measured.push(...(await unpaced(context, clip, shortest)));
      if (isPaced) measured.push(...(await paced(context, clip)));
    }
    return { tables: [tableOf(measured)], bars: barsOf(measured), notes: notesOf(context), figures: measured };
  },
};

/** All ways in turn, round after round. What the shortest clip costs, which is the start, is taken off. */
async function unpaced(context: BenchContext, clip: Clip, shortest: Clip): Promise<Measured[]> {
  const worker = context.children.worker<EncodeCommands>('encode-worker');
  const run: Record<Way, (clip: Clip) => Promise<Cost>> = {
    'frame-streamer': ({ path }) => encodeOurs(worker, path),
    'ffmpeg mjpeg': ({ path }) => runToEnd(context, ffmpegCommand(context, path)),
    'gstreamer jpegenc': ({ path }) => runToEnd(context, jpegPipeline(path, QUALITY, false)),
  };
  const ways = waysIn(context);
  const results = ways.map((way) => newMeasured(clip, 'as fast as possible', way));
  for (let round = 0; round < roundsIn(context); round += 1) {
    for (const result of results) {
      context.say(`${clip.name} as fast as possible, ${result.way}, round ${round + 1}`);
      const startUp = await run[result.way](shortest);
      const whole = await run[result.way](clip);
      const cpuSeconds = whole.cpuSeconds - startUp.cpuSeconds;
      result.cpuMsPerFrame.push((cpuSeconds / (clip.frames - shortest.frames)) * 1000);
      result.details.push({ startUp, whole });
    }
  }
  await worker.end();
  return results;
}

interface Cost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

async function encodeOurs(worker: WorkerLink<EncodeCommands>, path: string): Promise<Cost> {
  const cost = await worker.call('encode', { path, quality: QUALITY });
  return { cpuSeconds: cost.nodeSeconds + cost.ffmpegSeconds, ...cost };
}

function ffmpegCommand({ ffmpeg }: BenchContext, path: string): [string, string[]] {
  const input = ['-v', 'error', '-nostdin', '-i', path];
  return [ffmpeg.ffmpegPath, [...input, '-c:v', 'mjpeg', '-q:v', String(FFMPEG_QUALITY), '-f', 'null', '-']];
}

async function runToEnd({ children }: BenchContext, [command, args]: [string, string[]]): Promise<Cost> {
  const start = { cpuSeconds: endedChildrenCpuSeconds(), ms: performance.now() };
  await children.run(command, args);
  const wallSeconds = (performance.now() - start.ms) / 1000;
  return { cpuSeconds: endedChildrenCpuSeconds() - start.cpuSeconds, wallSeconds };
}

/** The real server with one client, and GStreamer, each at the clip's own rate. */
async function paced(context: BenchContext, clip: Clip): Promise<Measured[]> {
  const measureMs = context.quick ? 2000 : 4000;
  const ways = waysIn(context).filter((way) => way !== 'ffmpeg mjpeg');
  const results = ways.map((way) => newMeasured(clip, 'at 30 fps', way));
  for (let round = 0; round < roundsIn(context); round += 1) {
    for (const result of results) {
      context.say(`${clip.name} at ${CLIP_FPS} fps, ${result.way}, round ${round + 1}`);
      const measure = result.way === 'frame-streamer' ? pacedOurs : pacedGstreamer;
      const { cpuSeconds, frames } = await measure(context, clip, measureMs);
      result.cpuMsPerFrame.push((cpuSeconds / frames) * 1000);
      result.details.push({ cpuSeconds, frames });
    }
  }
  return results;
}

async function pacedOurs({ children }: BenchContext, clip: Clip, measureMs: number) {
  const server = await startServer(children, ['--quality', String(QUALITY), clip.path]);
  const sessions = children.worker<SessionsCommands>('sessions-worker');
  await sessions.call('connect', { port: server.port, clients: 1, serverClock: null });
  await sleep(SETTLE_MS);
  await sessions.call('begin');
  const before = treeCpuSeconds(server.pid);
  await sleep(measureMs);
  const cpuSeconds = treeCpuSeconds(server.pid) - before;
  const { deliveries } = await sessions.call('end');
  await Promise.all([server.end(), sessions.end()]);
  return { cpuSeconds, frames: deliveries?.frames ?? 0 };
}

async function pacedGstreamer({ children }: BenchContext, clip: Clip, measureMs: number) {
  const child = children.start(...jpegPipeline(clip.path, QUALITY, true));
  const pid = child.pid ?? 0;
  // The clip lasts longer than the measurement, but not by much.
  await sleep(SETTLE_MS / 2);
  const before = treeCpuSeconds(pid);
  const startMs = performance.now();
  await sleep(measureMs);
  const cpuSeconds = treeCpuSeconds(pid) - before;
  const frames = ((performance.now() - startMs) / 1000) * CLIP_FPS;
  if (child.exitCode !== null) throw new Error(`GStreamer was through with ${clip.path} before it was measured`);
  await children.end(child);
  return { cpuSeconds, frames };
}

function waysIn({ hasGstreamer }: BenchContext): Way[] {
  return hasGstreamer ? ['frame-streamer', 'ffmpeg mjpeg', 'gstreamer jpegenc'] : ['frame-streamer', 'ffmpeg mjpeg'];
}

/** A clip that is also played at its own rate has to last longer than that is measured. */
function framesOf({ quick }: BenchContext, isPaced: boolean): number {
  if (quick) return isPaced ? 120 : 60;
  return 300;
}

function roundsIn({ quick }: BenchContext): number {
  return quick ? 1 : 3;
}

function newMeasured({ name }: Clip, mode: Measured['mode'], way: Way): Measured {
  return { size: name, mode, way, cpuMsPerFrame: [], details: [] };
}

function tableOf(measured: readonly Measured[]): Table {
  const head = [
    'size, pace, way',
    'CPU ms/frame',
    'frames per CPU second',
    'least',
    'greatest',
    'x FFmpeg',
    'x GStreamer',
  ];
  const rows = measured.map((result) => {
    const { size, mode, way, cpuMsPerFrame } = result;
    const ms = median(cpuMsPerFrame) ?? NaN;
    return [
      `${size}, ${mode}, ${way}`,
      cell(ms, 2),
      cell(1000 / ms, 1),
      cell(Math.min(...cpuMsPerFrame), 2),
      cell(Math.max(...cpuMsPerFrame), 2),
      cell(ratio(measured, result, 'ffmpeg mjpeg'), 2),
      cell(ratio(measured, result, 'gstreamer jpegenc'), 2),
    ];
  });
  return {
    title: `Medians of ${measured[0]?.cpuMsPerFrame.length ?? 0} rounds in turn; the last columns are ratios of CPU`,
    head,
    rows,
  };
}

/** CPU a frame as a multiple of what another way takes for the same; null where that was not measured. */
function ratio(all: readonly Measured[], { size, mode, cpuMsPerFrame }: Measured, other: Way): number | null {
  const theirs = all.find((result) => result.size === size && result.mode === mode && result.way === other);
  const theirMs = theirs ? median(theirs.cpuMsPerFrame) : null;
  const ourMs = median(cpuMsPerFrame);
  return theirMs === null || ourMs === null ? null : ourMs / theirMs;
}

function barsOf(measured: readonly Measured[]): Bar[] {
  return (['as fast as possible', 'at 30 fps'] as const).map((mode) => {
    const ours = measured.find((r) => r.size === '1080p' && r.mode === mode && r.way === 'frame-streamer');
    const value = ours ? ratio(measured, ours, 'gstreamer jpegenc') : null;
    return {
      name: `1080p ${mode}: CPU a frame`,
      measured: value,
      relation: '<=',
      limit: MAX_RATIO,
      unit: 'x GStreamer',
    };
  });
}

function notesOf({ hasGstreamer }: BenchContext): string[] {
  const notes = [
    `JPEG quality ${QUALITY} (FFmpeg: -q:v ${FFMPEG_QUALITY}, about the same signal-to-noise ratio). As fast as possible: file source and` +
      ' pipeline of the server without the pauses. At 30 fps: the real server with one client, against fakesink sync=true.',
  ];
  if (!hasGstreamer) notes.push('GStreamer is not installed, so there is nothing to hold the bars against.');
  return notes;
}
