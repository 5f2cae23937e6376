import { access, constants, stat } from 'node:fs/promises';
import { StreamerError } from '../../shared/errors.js';
import { isPrintable, toPrintable } from '../../shared/protocol/printable.js';
import { runFfprobe } from '../../shared/ffmpeg/ffprobe.js';
import type { ChildError } from '../../shared/ffmpeg/ffprobe.js';
import { areEven, meanRate, readFrameTimes } from './frame-times.js';
import type { FrameTimes } from './frame-times.js';
import { isTooLarge } from './output-size.js';

/** What a video file holds. */
export interface VideoProbe {
  /** Size as shown: after rotation, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames per second; the mean where the rate varies. */
  readonly fps: number;
  /** Whether frames come at uneven times, so that a filter has to even them out. */
  readonly variableRate: boolean;
  readonly frames: number | null;
  readonly durationSeconds: number | null;
  readonly codec: string;
  /** Whether the pictures are shown as they are coded: upright, with square pixels, not interlaced. */
  readonly isPlain: boolean;
  /** Whether one FFmpeg can play it again and again. */
  readonly rewinds: boolean;
}

/** The parts of `ffprobe -of json` that are used. */
interface ProbeOutput {
  frames?: { width?: number; height?: number }[];
  streams?: ProbeStream[];
  format?: { duration?: string; format_name?: string };
}
interface ProbeStream {
  codec_name?: string;
  width?: number;
  height?: number;
  r_frame_rate?: string;
  avg_frame_rate?: string;
  nb_frames?: string;
  duration?: string;
  sample_aspect_ratio?: string;
  field_order?: string;
  disposition?: { attached_pic?: number };
  /** `DURATION` is what Matroska has in place of `duration`; the duration of the file is that of its longest stream. */
  tags?: { rotate?: string; DURATION?: string };
  side_data_list?: { rotation?: number | string }[];
}

const FALLBACK_FPS = 25;
const MAX_FPS = 240;
/** FFmpeg "plays" any text file as a terminal recording; nobody means that. */
const NOT_VIDEO_FORMATS = new Set(['tty', 'txt']);
/** `-stream_loop` goes back to a wrong place in these, or gives no picture any more and no error either. */
const FORMATS_NOT_REWOUND = new Set(['mpegts', 'flv', 'avi']);

/**
 * Looks at a video file and decodes its first frame.
 *
 * @throws {StreamerError} SOURCE_NOT_FOUND, SOURCE_UNREADABLE (a directory, a pipe, empty, no permission) or SOURCE_NOT_VIDEO.
 */
export async function probeVideo(ffprobePath: string, path: string, signal?: AbortSignal): Promise<VideoProbe> {
  await checkReadable(path);
  const output = await runProbe(ffprobePath, path, signal);
  const stream = output.streams?.[0];
  const isVideo =
    stream && !stream.disposition?.attached_pic && !NOT_VIDEO_FORMATS.has(output.format?.format_name ?? '');
  if (!isVideo) throw notVideo(path, 'it has no video stream');
  const coded = output.frames?.[0];
  if (!coded) throw notVideo(path, 'not one frame of it can be decoded');
  const video = describe(path, stream, output.format);
  return video.frames === null ? withFrameTimes(video, await readFrameTimes(ffprobePath, path, signal)) : video;
}

async function checkReadable(path: string): Promise<void> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw unreadable(`${shown(path)} is a directory; name a video file.`);
    // What was read from a pipe to look at it would be missing when it is played, and where nobody writes we would wait.
    if (!stats.isFile() && !stats.isBlockDevice()) throw unreadable(`${shown(path)} is no file; name a video file.`);
    if (stats.isFile() && stats.size === 0) throw unreadable(`${shown(path)} is empty.`);
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof StreamerError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing) throw unreadable(`${shown(path)} cannot be read; check its permissions.`, error);
    throw new StreamerError('SOURCE_NOT_FOUND', `There is no file ${shown(path)}; check the path.`, { cause: error });
  }
}

async function runProbe(ffprobePath: string, path: string, signal: AbortSignal | undefined): Promise<ProbeOutput> {
  const show = ['-show_streams', '-show_format', '-show_frames', '-read_intervals', '%+#1', '-of', 'json'];
  try {
    return JSON.parse(await runFfprobe(ffprobePath, path, show, signal)) as ProbeOutput;
  } catch (error) {
    throw probeError(ffprobePath, path, error);
  }
}

function probeError(ffprobePath: string, path: string, error: unknown): StreamerError {
  const { name, code, signal, killed, stderr = '' } = error as ChildError;
  if (name === 'AbortError') return notVideo(path, 'looking at it was broken off', error);
  if (killed) return notVideo(path, 'looking at it took too long', error);
  if (signal) return notVideo(path, `ffprobe crashed on it (${signal}); another version of FFmpeg may read it`, error);
  if (typeof code === 'string') {
    const message = `${ffprobePath} does not run (${code}); install FFmpeg or set FFPROBE_PATH.`;
    return new StreamerError('FFMPEG_NOT_FOUND', message, { cause: error });
  }
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  return notVideo(path, lastLine.replace(/^.*?: (?=[A-Z])/, '') || 'FFmpeg cannot read it', error);
}

function describe(path: string, stream: ProbeStream, format: ProbeOutput['format']): VideoProbe {
  const { width, height } = displaySize(stream);
  if (isTooLarge({ width, height })) throw notVideo(path, `${width}x${height} pixels are more than can be handled`);
  const nominal = parseRate(stream.r_frame_rate);
  const mean = parseRate(stream.avg_frame_rate);
  const fps = Math.min(MAX_FPS, mean ?? nominal ?? FALLBACK_FPS);
  const durationSeconds =
    parsePositive(stream.duration) ?? parseTime(stream.tags?.DURATION) ?? parsePositive(format?.duration);
  return {
    width,
    height,
    fps,
    variableRate: nominal === null || Math.abs(nominal - fps) / fps > 0.001,
    frames: parsePositive(stream.nb_frames),
    durationSeconds,
    codec: stream.codec_name ?? 'unknown',
    isPlain: width === stream.width && height === stream.height && isUpright(stream) && isProgressive(stream),
    rewinds: !FORMATS_NOT_REWOUND.has(format?.format_name ?? ''),
  };
}

/** Corrects what a container without an index says of its rate by what it holds. */
function withFrameTimes(video: VideoProbe, times: FrameTimes | null): VideoProbe {
  if (!times) return video;
  if (!areEven(times, video.fps)) return { ...video, fps: Math.min(MAX_FPS, meanRate(times)), variableRate: true };
  return { ...video, frames: times.isWhole ? times.seconds.length : null };
}

/** FFmpeg turns pictures upright by itself; pixels that are not square are widened by us. */
function displaySize(stream: ProbeStream): { width: number; height: number } {
  const [horizontal = 1, vertical = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const aspect = horizontal > 0 && vertical > 0 ? horizontal / vertical : 1;
  const width = Math.max(1, Math.round((stream.width ?? 0) * aspect));
  const height = Math.max(1, stream.height ?? 0);
  const sideways = Math.abs(quarterTurns(stream)) % 2 === 1;
  return sideways ? { width: height, height: width } : { width, height };
}

function isUpright(stream: ProbeStream): boolean {
  return quarterTurns(stream) % 4 === 0;
}

function quarterTurns(stream: ProbeStream): number {
  const rotation = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? stream.tags?.rotate;
  return Math.round(Number(rotation ?? 0) / 90);
}

/** Of interlaced JPEGs each packet holds two, one a field. */
function isProgressive({ field_order: order = 'unknown' }: ProbeStream): boolean {
  return order === 'progressive' || order === 'unknown';
}

/** "30000/1001" -> 29.97; null for "0/0" and what is no rate. */
function parseRate(text: string | undefined): number | null {
  const [numerator = NaN, denominator = 1] = (text ?? '').split('/').map(Number);
  const rate = numerator / denominator;
  return Number.isFinite(rate) && rate > 0 ? rate : null;
}

/** "00:00:02.966000000" -> 2.966 */
function parseTime(text: string | undefined): number | null {
  const [, hours, minutes, seconds] = /^(\d+):(\d+):(\d+\.?\d*)$/.exec(text ?? '')?.map(Number) ?? [];
  return parsePositive(String((hours ?? NaN) * 3600 + (minutes ?? NaN) * 60 + (seconds ?? NaN)));
}

function parsePositive(text: string | undefined): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** A file may have any name, but a message must stay on its line. */
function shown(path: string): string {
  return isPrintable(path) ? path : toPrintable(JSON.stringify(path));
}

function unreadable(sentence: string, cause?: unknown): StreamerError {
  return new StreamerError('SOURCE_UNREADABLE', sentence, { cause });
}

function notVideo(path: string, reason: string, cause?: unknown): StreamerError {
  return new StreamerError('SOURCE_NOT_VIDEO', `${shown(path)} is no video that can be streamed: ${reason}.`, {
    cause,
  });
}
