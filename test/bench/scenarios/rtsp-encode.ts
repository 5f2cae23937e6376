import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { EncoderChild } from '../../../server/rtsp/encoder-child.js';
import type { EncoderInput } from '../../../server/rtsp/encoder-child.js';
import { packetize } from '../../../server/rtsp/packetizer.js';
import { SystemClock } from '../../../shared/clock.js';
import { chooseVideoEncoder } from '../../../shared/ffmpeg/video-encoder.js';
import { jpegsOf } from '../../helpers/jpegs-of.js';
import { endedChildrenCpuSeconds } from '../process-figures.js';
import { quantile } from '../quantiles.js';
import type { BenchContext, Scenario, ScenarioResult } from '../scenario.js';
import { cell } from '../table.js';

const FPS = 30;
const BITRATE_BPS = 2_000_000;
const GOP_SECONDS = 2;
/** Frames that are drawn; they repeat, and none is like the one before. */
const DRAWN_FRAMES = 30;
/** The start of FFmpeg is no part of what a frame takes. */
const SETTLE_FRAMES = 30;

const SIZES = [
  { name: '360p', width: 640, height: 360 },
  { name: '720p', width: 1280, height: 720 },
] as const;
/** What goes in and what comes out. */
const WAYS = [
  ['jpeg', 'h264'],
  ['rgb24', 'h264'],
  ['jpeg', 'h265'],
  ['jpeg', 'mjpeg'],
] as const;

interface Measured {
  readonly name: string;
  readonly delaysMs: number[];
  readonly leftOut: number;
  readonly ffmpegMsPerFrame: number;
  readonly nodeMsPerFrame: number;
  readonly kilobitsPerSecond: number;
}

/** How long a frame takes to become a coded picture, and what it costs. */
export const rtspEncode: Scenario = {
  name: 'rtsp-encode',
  title: `RTSP: frames at ${FPS} fps through an encoder child, from going in to its picture coming out, ready for RTP`,
  async run(context): Promise<ScenarioResult> {
    const measured: Measured[] = [];
    for (const size of SIZES) {
      const jpegs = await draw(context, size);
      for (const [kind, codec] of WAYS) {
        context.say(`${size.name}, ${kind} to ${codec}`);
        const frames = kind === 'jpeg' ? jpegs : await Promise.all(jpegs.map((jpeg) => sharp(jpeg).raw().toBuffer()));
        measured.push(await measure(context, { kind, ...size }, codec, frames));
      }
    }
    const head = ['frames', 'ms p50', 'p95', 'greatest', 'FFmpeg CPU ms', 'Node CPU ms', 'kbit/s', 'left out'];
    const rows = measured.map((result) => [
      result.name,
      ...[0.5, 0.95, 1].map((q) => cell(quantile(result.delaysMs, q), 1)),
      cell(result.ffmpegMsPerFrame, 1),
      cell(result.nodeMsPerFrame, 2),
      cell(result.kilobitsPerSecond),
      cell(result.leftOut),
    ]);
    const notes = [
      `H.264 and H.265: ultrafast, zerolatency, ${BITRATE_BPS / 1e6} Mbit/s. CPU is of a frame, the start of FFmpeg included.`,
    ];
    return { tables: [{ title: 'Delay and cost of a frame', head, rows }], bars: [], notes, figures: measured };
  },
};

async function draw(
  { children, ffmpeg, folder }: BenchContext,
  { name, width, height }: (typeof SIZES)[number],
): Promise<Buffer[]> {
  const path = join(folder, `${name}.mjpeg`);
  const picture = `testsrc2=size=${width}x${height}:rate=${FPS},noise=alls=8:allf=t`;
  const jpeg = ['-c:v', 'mjpeg', '-q:v', '4', '-huffman', 'default', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg'];
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', picture, '-frames:v', `${DRAWN_FRAMES}`];
  await children.run(ffmpeg.ffmpegPath, [...input, ...jpeg, path]);
  return jpegsOf(path);
}

async function measure(
  { ffmpeg: { ffmpegPath }, quick }: BenchContext,
  input: EncoderInput & { readonly name: string },
  codec: string,
  frames: readonly Buffer[],
): Promise<Measured> {
  const count = SETTLE_FRAMES + (quick ? 60 : 300);
  const clock = new SystemClock();
  const wish = { encoder: codec, bitrateBps: BITRATE_BPS, gopSeconds: GOP_SECONDS, fps: FPS };
  const encoder = await chooseVideoEncoder(ffmpegPath, wish);
  const delaysMs: number[] = [];
  let [pictures, bytes, leftOut] = [0, 0, 0];
  const [ffmpegBefore, nodeBefore] = [endedChildrenCpuSeconds(), process.cpuUsage()];
  const child = new EncoderChild(
    { ffmpegPath, encoder, input, fps: FPS, name: input.name },
    {
      onPicture: (picture) => {
        bytes += packetize(picture)?.lengthBytes ?? 0;
        pictures += 1;
        if (pictures > SETTLE_FRAMES) delaysMs.push((clock.nowUs() - picture.captureTimeUs) / 1000);
      },
      onExit: (error) => {
        throw error;
      },
    },
    { clock },
  );
  const startUs = clock.nowUs();
  for (let index = 0; index < count; index += 1) {
    const data = frames[index % frames.length] ?? Buffer.alloc(0);
    if (!child.encode({ data, captureTimeUs: clock.nowUs() })) leftOut += 1;
    await sleep(Math.max(0, (startUs + ((index + 1) * 1e6) / FPS - clock.nowUs()) / 1000));
  }
  const { user, system } = process.cpuUsage(nodeBefore);
  await child.stop();
  return {
    name: `${input.name}, ${input.kind} to ${encoder.encoder}`,
    delaysMs,
    leftOut,
    ffmpegMsPerFrame: ((endedChildrenCpuSeconds() - ffmpegBefore) * 1000) / pictures,
    nodeMsPerFrame: (user + system) / 1000 / pictures,
    kilobitsPerSecond: (bytes * 8) / 1000 / (count / FPS),
  };
}
