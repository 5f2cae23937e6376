import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeJpegs } from '../camera-clips.js';
import { makeClip, SIZES } from '../clips.js';
import { median } from '../quantiles.js';
import type { BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell, milliseconds } from '../table.js';
import type { Table } from '../table.js';
import { cpuMsPerFrame, watchServer } from '../watched-server.js';
import type { Watched } from '../watched-server.js';
import type { CamerasCommands } from '../workers/cameras-worker.js';

const SIZE = SIZES.find(({ name }) => name === '720p')!;
const FPS = 30;
const FRAMES = 150;
const FORMATS = [null, 'mkv', 'mp4'] as const;

/** What was recorded besides being streamed. */
interface Recorded {
  readonly watched: Watched;
  /** Frames by the sidecars, and those between the first and the last of them that are not in there. */
  readonly frames: number;
  readonly missing: number;
  /** Of video. */
  readonly bytes: number;
}

interface Measured {
  readonly source: string;
  readonly format: (typeof FORMATS)[number];
  readonly rounds: Recorded[];
}

/** What it costs to record a stream that somebody watches. */
export const recording: Scenario = {
  name: 'recording',
  title: 'Recording: 720p30 with one client, recorded and not',
  async run(context): Promise<ScenarioResult> {
    const worker = context.children.worker<CamerasCommands>('cameras-worker');
    const files = await makeJpegs(context, { ...SIZE, fps: FPS, frames: FRAMES });
    const { port } = await worker.call('start', { files, fps: FPS });
    context.say('making a clip of 720p');
    const { path } = await makeClip(context, SIZE, FRAMES);
    const sources = { 'H.264 file, encoded': path, 'HTTP camera, passed through': `http://127.0.0.1:${port}/` };
    const measured: Measured[] = [];
    for (const [source, address] of Object.entries(sources)) {
      measured.push(...(await compare(context, source, address)));
    }
    await worker.end();
    return { tables: [tableOf(measured)], bars: [], notes: NOTES, figures: measured };
  },
};

const NOTES = [
  'MKV holds the JPEGs as they are; MP4 is encoded as H.264 by an FFmpeg of its own, which is in the CPU. In the file are the' +
    ' frames of the whole run by the sidecar, those before the measurement included.',
];

/** All formats in turn, round after round. */
async function compare(context: BenchContext, source: string, address: string): Promise<Measured[]> {
  const measured = FORMATS.map((format): Measured => ({ source, format, rounds: [] }));
  for (let round = 1; round <= (context.quick ? 1 : 3); round += 1) {
    for (const { format, rounds } of measured) {
      context.say(`${source}, ${format ?? 'not recorded'}, round ${round}`);
      rounds.push(await record(context, format, address));
    }
  }
  return measured;
}

async function record(context: BenchContext, format: Measured['format'], address: string): Promise<Recorded> {
  const folder = await mkdtemp(join(context.folder, 'recording-'));
  const args = format === null ? [] : ['--record', folder, '--record-format', format];
  const watching = context.quick ? { settleMs: 2000, measureMs: 4000 } : { settleMs: 4000, measureMs: 10_000 };
  const watched = await watchServer(context.children, [...args, `camera=${address}`], watching);
  const recorded = await lookAt(folder);
  await rm(folder, { recursive: true });
  return { watched, ...recorded };
}

/** What is in the folder of a server that has ended. */
async function lookAt(folder: string): Promise<Omit<Recorded, 'watched'>> {
  const sequences: number[] = [];
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    if (entry.endsWith('.jsonl')) sequences.push(...sequencesIn(await readFile(path, 'utf8')));
    else if (/\.(mkv|mp4)$/.test(entry)) bytes += (await stat(path)).size;
  }
  const [frames, span] = [sequences.length, Math.max(...sequences) - Math.min(...sequences) + 1];
  return { frames, missing: frames === 0 ? 0 : span - frames, bytes };
}

function sequencesIn(sidecar: string): number[] {
  return [...sidecar.matchAll(/^{"sequence":(\d+),/gm)].map(([, sequence]) => Number(sequence));
}

function tableOf(measured: readonly Measured[]): Table {
  const rows = measured.map((each) => {
    const without = measured.find(({ source, format }) => source === each.source && format === null);
    const [cpuMs, baseMs] = [cpuOf(each), cpuOf(without)];
    const left = each.rounds.reduce((sum, { watched }) => sum + watched.lost + watched.skipped, 0);
    return [
      `${each.source}; ${each.format ?? 'not recorded'}`,
      cell(cpuMs, 2),
      cell(each === without ? null : cpuMs - baseMs, 2),
      milliseconds(median(each.rounds.flatMap(({ watched }) => watched.spans.total.p50 ?? []))),
      milliseconds(median(each.rounds.flatMap(({ watched }) => watched.spans.total.p99 ?? []))),
      cell(left),
      cell(each.format === null ? null : median(each.rounds.map(({ frames }) => frames))),
      cell(each.format === null ? null : each.rounds.reduce((sum, { missing }) => sum + missing, 0)),
      cell(each.format === null ? null : median(each.rounds.map(({ frames, bytes }) => bytes / frames / 1000)), 1),
    ];
  });
  const head = ['source; format', 'CPU ms/frame', 'added', 'latency p50 ms', 'p99', 'lost or skipped'];
  return {
    title: `Medians of ${measured[0]?.rounds.length ?? 0} rounds in turn; CPU of the server and its FFmpegs`,
    head: [...head, 'frames in the file', 'missing', 'KB each'],
    rows,
  };
}

function cpuOf(measured: Measured | undefined): number {
  return median(measured?.rounds.map(({ watched }) => cpuMsPerFrame(watched)) ?? []) ?? NaN;
}
