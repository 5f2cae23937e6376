import { requireGortsplibServer } from '../../helpers/gortsplib-server.js';
import { makeJpegs, makeMjpegVideo } from '../camera-clips.js';
import type { CameraPictures } from '../camera-clips.js';
import { SIZES } from '../clips.js';
import { median } from '../quantiles.js';
import { watchRelay } from '../relay.js';
import { RtspCameras } from '../rtsp-cameras.js';
import type { Bar, BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell } from '../table.js';
import type { Table } from '../table.js';
import { cpuMsPerFrame, watchServer } from '../watched-server.js';
import type { Watched } from '../watched-server.js';
import type { CamerasCommands } from '../workers/cameras-worker.js';

const FPS = 30;
const QUALITY = 80;
const MAX_PERCENT = 2;
const PICTURES = 60;
const SHOWN_SIZES = SIZES.filter(({ name }) => name !== '480p');

/** How the same JPEGs reach the server. */
const PROTOCOLS = ['HTTP', 'RTSP'] as const;
/** What the server is asked for: nothing, or a quality, so that it has to decode and encode. */
const WAYS = [
  { mode: 'pass-through', args: [] },
  { mode: 'encoded', args: ['--quality', String(QUALITY)] },
] as const;
type Mode = (typeof WAYS)[number]['mode'];

interface Measured {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly size: string;
  readonly frameBytes: number;
  readonly rounds: Readonly<Record<Mode, Watched[]>>;
  /** CPU milliseconds a frame of a plain relay of the same bytes; empty for RTSP, where none is that simple. */
  readonly relayMs: readonly number[];
}

/** A camera to read from, for as long as it is measured. */
interface Camera {
  readonly url: string;
  readonly frameBytes: number;
  /** Null where its streams are not plain bytes. */
  readonly relayPort: number | null;
  end(): Promise<void>;
}

/** What a frame of a camera that sends JPEGs costs when it goes out as it came, and when it is decoded and encoded. */
export const passThrough: Scenario = {
  name: 'pass-through',
  title: `Pass-through: CPU of the server and its FFmpeg for JPEGs from a camera at ${FPS} fps, one client`,
  async run(context): Promise<ScenarioResult> {
    const protocols = PROTOCOLS.filter((protocol) => protocol === 'HTTP' || requireGortsplibServer());
    const measured: Measured[] = [];
    for (const protocol of protocols) {
      for (const size of SHOWN_SIZES) measured.push(await compare(context, protocol, size));
    }
    const notes = [...NOTES, ...(protocols.includes('RTSP') ? [] : ['LEFT OUT: RTSP, for which Go is needed.'])];
    return { tables: [waysTable(measured), shareTable(measured)], bars: barsOf(measured), notes, figures: measured };
  },
};

const NOTES = [
  `Both ways in turn, on the same stream: as it is, and with --quality ${QUALITY}. CPU is that of the whole server process` +
    ' (reading, checking, sending to the client, timers) and of its FFmpeg; the camera, the RTSP server and the client are not in it.' +
    ' HTTP streams are read by the server itself, RTSP by an FFmpeg that copies. The relay is a Node process that pipes' +
    ' the bytes of the camera to a reader without a look at them.',
];

/** Both ways in turn, round after round. */
async function compare(
  context: BenchContext,
  protocol: Measured['protocol'],
  { name: size, width, height }: (typeof SIZES)[number],
): Promise<Measured> {
  const pictures = { name: size, width, height, fps: FPS, frames: PICTURES };
  context.say(`making JPEGs of ${size}`);
  const camera = await (protocol === 'HTTP' ? httpCamera : rtspCamera)(context, pictures);
  const rounds: Record<Mode, Watched[]> = { 'pass-through': [], encoded: [] };
  const relayMs: number[] = [];
  const watching = context.quick ? { settleMs: 2000, measureMs: 4000 } : { settleMs: 4000, measureMs: 12_000 };
  for (let round = 1; round <= (context.quick ? 1 : 3); round += 1) {
    for (const { mode, args } of WAYS) {
      context.say(`${protocol} ${size} ${mode}, round ${round}`);
      const watched = await watchServer(context.children, [...args, `camera=${camera.url}`], watching);
      if (watched.encoding?.mode !== mode) throw new Error(`${camera.url} is ${watched.encoding?.mode}, not ${mode}`);
      rounds[mode].push(watched);
    }
    if (camera.relayPort !== null) {
      const { ownSeconds, wallSeconds } = await watchRelay(context.children, camera.relayPort, watching);
      relayMs.push((ownSeconds / wallSeconds / FPS) * 1000);
    }
  }
  await camera.end();
  return { protocol, size, frameBytes: camera.frameBytes, rounds, relayMs };
}

async function httpCamera(context: BenchContext, pictures: CameraPictures): Promise<Camera> {
  const cameras = context.children.worker<CamerasCommands>('cameras-worker');
  const { port, jpegBytes } = await cameras.call('start', { files: await makeJpegs(context, pictures), fps: FPS });
  return { url: `http://127.0.0.1:${port}/`, frameBytes: jpegBytes, relayPort: port, end: () => cameras.end() };
}

async function rtspCamera(context: BenchContext, pictures: CameraPictures): Promise<Camera> {
  const video = await makeMjpegVideo(context, pictures);
  const cameras = await RtspCameras.start(context, video.path, 1);
  return { url: cameras.url('cam01'), frameBytes: video.bytes / PICTURES, relayPort: null, end: () => cameras.stop() };
}

function waysTable(measured: readonly Measured[]): Table {
  const rows = measured.flatMap(({ protocol, size, frameBytes, rounds }) =>
    WAYS.map(({ mode }) => {
      const all = rounds[mode];
      const ms = all.map(cpuMsPerFrame);
      const medianMs = median(ms) ?? NaN;
      const own = median(all.map(({ cpu, frames }) => (cpu.ownSeconds / frames) * 1000));
      const ffmpeg = median(all.map(({ cpu, frames }) => (cpu.childrenSeconds / frames) * 1000));
      const left = all.reduce((sum, { lost, skipped }) => sum + lost + skipped, 0);
      return [
        `${protocol} ${size}, ${mode}`,
        cell(frameBytes / 1000),
        cell(medianMs, 2),
        cell(Math.min(...ms), 2),
        cell(Math.max(...ms), 2),
        cell(own, 2),
        cell(ffmpeg, 2),
        cell((medianMs * FPS) / 10, 1),
        cell(median(all.map(({ cpu, frames }) => frames / cpu.wallSeconds)), 1),
        cell(left),
      ];
    }),
  );
  const spread = ['CPU ms/frame', 'least', 'greatest', 'of that Node', 'FFmpeg'];
  return {
    title: `Medians of ${measured[0]?.rounds.encoded.length ?? 0} rounds in turn; the core is that of ${FPS} fps`,
    head: ['source, way', 'KB/frame in', ...spread, '% of a core', 'fps', 'lost or skipped'],
    rows,
  };
}

function shareTable(measured: readonly Measured[]): Table {
  const rows = measured.map((each) => [
    `${each.protocol} ${each.size}`,
    cell(percentOf(each), 2),
    cell(median(each.relayMs), 2),
    cell(percentOfEncoded(each, median(each.relayMs)), 2),
  ]);
  return {
    title: 'Pass-through, and a plain relay of the same bytes in Node, in percent of decode and encode',
    head: ['source', 'pass-through %', 'relay ms/frame', 'relay %'],
    rows,
  };
}

function percentOf(measured: Measured): number | null {
  return percentOfEncoded(measured, median(measured.rounds['pass-through'].map(cpuMsPerFrame)));
}

function percentOfEncoded({ rounds }: Measured, ms: number | null): number | null {
  const encodedMs = median(rounds.encoded.map(cpuMsPerFrame));
  return ms === null || encodedMs === null ? null : (ms / encodedMs) * 100;
}

function barsOf(measured: readonly Measured[]): Bar[] {
  return PROTOCOLS.flatMap((protocol) =>
    SHOWN_SIZES.map(({ name }) => {
      const found = measured.find((each) => each.protocol === protocol && each.size === name);
      return {
        name: `${protocol} ${name}: CPU a frame passed through`,
        measured: found ? percentOf(found) : null,
        relation: '<' as const,
        limit: MAX_PERCENT,
        unit: '% of decode and encode',
      };
    }),
  );
}
