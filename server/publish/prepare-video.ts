import { stat } from 'node:fs/promises';
import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { chooseVideoEncoder } from '../../shared/ffmpeg/video-encoder.js';
import type { EncoderChoice } from '../../shared/ffmpeg/video-encoder.js';
import { TS_OUTPUT_OPTIONS } from '../rtsp/ts-output.js';
import { outputSize } from '../sources/output-size.js';
import type { Size } from '../sources/output-size.js';
import { patternGraph } from '../sources/pattern-graph.js';
import { probeVideo } from '../sources/video-probe.js';
import type { VideoProbe } from '../sources/video-probe.js';
import { runFfmpegJob } from './ffmpeg-job.js';
import type { FfmpegJob } from './ffmpeg-job.js';
import { doesNotFit } from './memory-limit.js';
import type { EncodingSettings } from './publish-config.js';
import type { CacheKey, VideoCache } from './video-cache.js';
import type { VideoSpec } from './video-spec.js';

/** A file with nothing in it but the pictures of a video, as they are to be sent. */
export interface PreparedVideo extends Size {
  readonly path: string;
  /** `ts`: H.264 or H.265 in MPEG-TS. `mjpeg`: JPEGs one after the other, at an even rate. */
  readonly kind: 'ts' | 'mjpeg';
  /** Frames per second it was made with. */
  readonly fps: number;
}

/** What videos are prepared with. */
export interface PreparationParts {
  readonly binaries: FfmpegBinaries;
  readonly cache: VideoCache;
  readonly encoding: EncodingSettings;
  /** What the pictures of the video may take in memory. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Told while something is encoded: 0 to 1, null where the length is not known. */
  readonly onProgress: (name: string, share: number | null) => void;
  readonly onWarning: (warning: string) => void;
}

/** Codecs that can be sent as they are. */
const COPIED_CODECS = ['h264', 'hevc'];
/** Seconds from key picture to key picture: so long a reader waits at most. */
const GOP_SECONDS = 2;
/** A pattern goes on for ever; so much of it is repeated. */
const PATTERN_SECONDS = 10;
const LOCAL_FILES = ['-protocol_whitelist', 'file,crypto,data'];
/** Beside the pictures a file holds headers, and one that is copied has sound as well. */
const FILE_SHARE = 2;
const FILE_EXTRA_BYTES = 1024 * 1024;
const FIRST_VIDEO = ['-map', '0:v:0'];

/**
 * The video as it is, its container apart; null where it has to be encoded: another codec, turned or stretched pictures,
 * a pattern. Throws as `probeVideo` and `VideoCache.get` do, FFMPEG_FAILED, and RESOURCE_LIMIT for what is far too long.
 */
export async function copyVideo({ name, input }: VideoSpec, parts: PreparationParts): Promise<PreparedVideo | null> {
  if (input.kind === 'pattern') return null;
  const { binaries, cache, signal } = parts;
  const probe = await probeVideo(binaries.ffprobePath, input.path, signal);
  if (!COPIED_CODECS.includes(probe.codec) || !probe.isPlain) return null;
  const original = await identity(input.path);
  if (original.size > maxFileBytes(parts)) throw doesNotFit(name, parts.maxBytes);
  const path = await cache.get({ ...original, way: 'copy' }, 'ts', (output) =>
    runBounded(name, parts, {
      ffmpegPath: binaries.ffmpegPath,
      input: `file:${input.path}`,
      inputOptions: LOCAL_FILES,
      outputOptions: [...FIRST_VIDEO, '-c:v', 'copy', ...TS_OUTPUT_OPTIONS],
      output,
      shownInput: name,
      onProgress: () => undefined,
      signal,
    }),
  );
  return { path, kind: 'ts', width: probe.width, height: probe.height, fps: probe.fps };
}

/**
 * The video encoded as the settings say, or as H.264. Throws as `copyVideo` does, as `chooseVideoEncoder`, and BAD_USAGE
 * for a size that is too large, RESOURCE_LIMIT for what is far too long.
 */
export async function encodeVideo(spec: VideoSpec, parts: PreparationParts): Promise<PreparedVideo> {
  const { binaries, cache, encoding, signal } = parts;
  const original = await originalOf(spec, parts);
  const { fps } = original;
  const size = evenSize(outputSize(original, encoding));
  const choice = await chooseEncoder(parts, fps);
  const kind = choice.codec === 'mjpeg' ? 'mjpeg' : 'ts';
  const { width, height } = size;
  const options = { encoder: choice.encoder, options: choice.options.join(' '), width, height, fps };
  const path = await cache.get({ ...original.key, ...options, way: 'encode' }, kind, (output) =>
    runBounded(spec.name, parts, {
      ffmpegPath: binaries.ffmpegPath,
      input: original.input,
      inputOptions: [...choice.globalOptions, ...original.inputOptions],
      outputOptions: [
        ...withFilters([`fps=${fps}`, `scale=${width}:${height}`], choice.options),
        ...(kind === 'ts' ? TS_OUTPUT_OPTIONS : ['-f', 'mjpeg']),
      ],
      output,
      shownInput: spec.name,
      onProgress: (seconds) => parts.onProgress(spec.name, shareOf(seconds, original.durationSeconds)),
      signal,
    }),
  );
  return { path, kind, ...size, fps };
}

/** Runs a job that writes no more than could be played: what is cut off is not kept. */
async function runBounded(name: string, parts: PreparationParts, job: FfmpegJob): Promise<void> {
  const maxBytes = maxFileBytes(parts);
  await runFfmpegJob({ ...job, outputOptions: [...job.outputOptions, '-fs', String(maxBytes)] });
  // FFmpeg stops after the first packet with which it is as long, and says nothing of it.
  if ((await stat(job.output)).size >= maxBytes) throw doesNotFit(name, parts.maxBytes);
}

function maxFileBytes({ maxBytes }: PreparationParts): number {
  return FILE_SHARE * Math.max(0, maxBytes) + FILE_EXTRA_BYTES;
}

/** What is encoded, and how FFmpeg opens it. */
interface Original extends Size {
  readonly fps: number;
  readonly durationSeconds: number | null;
  readonly input: string;
  readonly inputOptions: readonly string[];
  readonly key: CacheKey;
}

async function originalOf(
  { input, fps: wantedFps }: VideoSpec,
  { binaries, signal }: PreparationParts,
): Promise<Original> {
  if (input.kind === 'pattern') {
    const fps = wantedFps ?? input.fps;
    const graph = patternGraph({ ...input, fps });
    return {
      ...{ width: input.width, height: input.height, fps },
      durationSeconds: PATTERN_SECONDS,
      input: graph,
      inputOptions: ['-f', 'lavfi', '-t', String(PATTERN_SECONDS)],
      key: { pattern: graph },
    };
  }
  const probe: VideoProbe = await probeVideo(binaries.ffprobePath, input.path, signal);
  return {
    ...{ width: probe.width, height: probe.height, fps: wantedFps ?? probe.fps },
    durationSeconds: probe.durationSeconds,
    input: `file:${input.path}`,
    inputOptions: LOCAL_FILES,
    key: await identity(input.path),
  };
}

async function chooseEncoder({ binaries, encoding, onWarning }: PreparationParts, fps: number): Promise<EncoderChoice> {
  const choice = await chooseVideoEncoder(binaries.ffmpegPath, encoderWish(encoding, fps));
  if (choice.warning !== null) onWarning(choice.warning);
  return choice;
}

/** What `chooseVideoEncoder` is asked for where these settings hold. */
export function encoderWish({ encoder, bitrateBps, preset, pixelFormat }: EncodingSettings, fps: number) {
  return {
    ...{ encoder, bitrateBps, gopSeconds: GOP_SECONDS, fps },
    ...(preset !== null && { preset }),
    ...(pixelFormat !== null && { pixelFormat }),
  };
}

/** What a file is, as far as that can be told without reading all of it. */
async function identity(path: string) {
  const { size, mtimeMs, ino } = await stat(path);
  return { path, size, mtimeMs, ino };
}

/** Encoders with subsampled colours take even sizes only. */
function evenSize({ width, height }: Size): Size {
  return { width: Math.max(2, width - (width % 2)), height: Math.max(2, height - (height % 2)) };
}

/** The filters of the encoder come last: they hand the pictures to it. */
function withFilters(filters: readonly string[], options: readonly string[]): string[] {
  const at = options.findIndex((option) => option === '-vf' || option === '-filter:v');
  if (at < 0) return ['-vf', filters.join(','), ...options];
  return [...options.slice(0, at), '-vf', [...filters, options[at + 1]].join(','), ...options.slice(at + 2)];
}

function shareOf(seconds: number, duration: number | null): number | null {
  return duration === null ? null : Math.min(1, seconds / duration);
}
