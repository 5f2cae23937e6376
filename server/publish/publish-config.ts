import { resolve } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import type { LogLevel } from '../../shared/log-level.js';
import {
  checkedValues,
  defaultsOf,
  givenByEnvironment,
  givenByFlags,
  unknownVariables,
} from '../../shared/option-table.js';
import type { GivenValue } from '../../shared/option-table.js';
import { SERVER_OPTIONS } from '../options.js';
import { givenByPublishFile } from './publish-file.js';
import { PUBLISH_OPTIONS } from './publish-options.js';
import type { PublishOptionValues } from './publish-options.js';
import type { FleetLimits } from './limit-guard.js';
import { parseVideos } from './video-spec.js';
import type { VideoSpec } from './video-spec.js';

/** How pictures are encoded where they are. */
export interface EncodingSettings {
  /** `h264`, `h265`, `mjpeg`, or FFmpeg's name of an encoder. */
  readonly encoder: string;
  readonly bitrateBps: number;
  readonly preset: string | null;
  readonly pixelFormat: string | null;
  /** Pixels; null follows from the other side, or is the video's own. */
  readonly width: number | null;
  readonly height: number | null;
}

/** The configuration of `publish`: complete, checked and frozen. */
export interface PublishConfig {
  readonly to: string;
  readonly streams: number;
  readonly videos: readonly VideoSpec[];
  readonly staggerUs: number;
  /** Null runs until it is stopped. */
  readonly durationUs: number | null;
  /** Whether videos go out as they are, where they can; else all are encoded. */
  readonly copies: boolean;
  readonly encoding: EncodingSettings;
  /** Frames per second of videos added while it runs; null keeps their own. */
  readonly fps: number | null;
  readonly timeCode: boolean;
  readonly limits: FleetLimits;
  /** Start a MediaMTX, and publish there. */
  readonly mediamtx: boolean;
  /** `auto` asks where MediaMTX's usually is; null asks nobody. */
  readonly apiUrl: string | null;
  readonly control: {
    readonly httpPort: number;
    readonly host: string;
    readonly token: string | null;
    readonly adminToken: string | null;
  } | null;
  readonly reportIntervalUs: number;
  /** `auto` makes a name; `-` is the standard output; null writes none. */
  readonly report: string | null;
  readonly plain: boolean;
  /** Null is the usual folder. */
  readonly cacheFolder: string | null;
  readonly logLevel: LogLevel;
}

/** A configuration, and sentences for the log about what was ignored. */
export interface ResolvedPublish {
  readonly config: PublishConfig;
  readonly warnings: readonly string[];
}

/** Everything it is made from. */
export interface PublishInputs {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly name: string; readonly text: string } | null;
  /** Path of the video that is played when none is given anywhere. */
  readonly sampleVideo: string;
}

/**
 * The configuration from flag, environment, file and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for the environment and the file, UNKNOWN_KEY for a key,
 *   TOO_MANY_STREAMS where more streams are asked for than its limit allows.
 */
export function resolvePublish({ flags, env, file, sampleVideo }: PublishInputs): ResolvedPublish {
  const byFlags = givenByFlags(PUBLISH_OPTIONS, flags);
  const byEnv = givenByEnvironment(PUBLISH_OPTIONS, env);
  const byFile = file ? givenByPublishFile(file.text, file.name) : [];
  const flagValues = checkedValues(PUBLISH_OPTIONS, byFlags);
  const envValues = checkedValues(PUBLISH_OPTIONS, byEnv);
  const fileValues = checkedValues(PUBLISH_OPTIONS, byFile);
  // Variables of serving are there in a container, and none of them is a slip.
  unknownVariables({ ...SERVER_OPTIONS, publishTo: PUBLISH_OPTIONS.to, cache: PUBLISH_OPTIONS.cache }, env);
  const values: PublishOptionValues = {
    ...defaultsOf(PUBLISH_OPTIONS),
    ...fileValues,
    ...envValues,
    ...flagValues,
  };
  const given = [...byFlags, ...byEnv, ...byFile];
  check(values, given);
  return { config: frozen(values, sampleVideo), warnings: warningsFor(values, given) };
}

/** Name of the configuration file that flags ask for, or null. Throws as `resolvePublish` does. */
export function publishFileName(flags: Readonly<Record<string, unknown>>): string | null {
  const table = { config: PUBLISH_OPTIONS.config };
  return checkedValues(table, givenByFlags(table, flags)).config ?? null;
}

function check(values: PublishOptionValues, given: readonly GivenValue[]): void {
  const { streams, maxStreams, mediamtx, codec, timeCode, httpPort } = values;
  if (streams === 0 && httpPort === null) {
    throw new StreamerError('BAD_USAGE', 'With no stream at the start, --http-port is needed to add some.');
  }
  if (streams > maxStreams) {
    const sentence = `There are ${streams} streams, more than the ${maxStreams} allowed; raise --max-streams (limits.max_streams).`;
    throw new StreamerError('TOO_MANY_STREAMS', sentence);
  }
  const to = given.find(({ key }) => key === 'to');
  if (mediamtx && to?.code === 'BAD_USAGE') {
    throw new StreamerError('BAD_USAGE', '--mediamtx publishes to the server that it starts; leave --to out.');
  }
  const size = given.find(({ key }) => key === 'width' || key === 'height');
  if (size && codec === 'copy' && !timeCode) {
    throw new StreamerError(
      size.code,
      `${size.place} asks for another size, which a copy cannot have; add --codec h264.`,
    );
  }
}

const ENCODING_KEYS = ['bitrate', 'preset', 'pixelFormat'];

function warningsFor({ codec, timeCode }: PublishOptionValues, given: readonly GivenValue[]): string[] {
  const places = given.filter(({ key }) => ENCODING_KEYS.includes(key)).map(({ place }) => place);
  if (codec !== 'copy' || timeCode || places.length === 0) return [];
  return [`Videos that can be copied are: ${places.join(', ')} says nothing about them. Add --codec h264 to encode.`];
}

function frozen(values: PublishOptionValues, sampleVideo: string): PublishConfig {
  const { httpPort, host, token, adminToken, codec } = values;
  const sample = { name: null, location: `file:${sampleVideo}`, loop: true, fps: null };
  return Object.freeze({
    to: values.to,
    streams: values.streams,
    videos: Object.freeze(parseVideos(values.video ?? [sample], values.fps)),
    staggerUs: values.stagger * 1_000_000,
    durationUs: values.duration === 0 ? null : values.duration * 1_000_000,
    copies: codec === 'copy',
    encoding: {
      encoder: encoderName(codec),
      bitrateBps: values.bitrate,
      preset: values.preset,
      pixelFormat: values.pixelFormat,
      width: values.width,
      height: values.height,
    },
    fps: values.fps,
    timeCode: values.timeCode,
    limits: {
      maxStreams: values.maxStreams,
      maxCpuPercent: values.maxCpuPercent,
      maxMemoryPercent: values.maxMemoryPercent,
    },
    mediamtx: values.mediamtx,
    apiUrl: values.apiUrl,
    control: httpPort === null ? null : { httpPort, host, token, adminToken },
    reportIntervalUs: values.reportInterval * 1_000_000,
    report: values.report,
    plain: values.plain,
    cacheFolder: values.cache === null ? null : resolve(values.cache),
    logLevel: values.logLevel,
  });
}

/** What cannot be copied is encoded as H.264. */
function encoderName(codec: string): string {
  if (codec === 'copy') return 'h264';
  return codec === 'hevc' ? 'h265' : codec;
}
