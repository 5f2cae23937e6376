import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StreamerError } from '../errors.js';

/** What is known of an FFmpeg that was asked for its version. */
export interface FfmpegVersion {
  /** As it calls itself, such as `5.1.9-0+deb12u1`. */
  readonly name: string;
  /** Options after `-i` with which every decoded frame goes out exactly once, whatever its time stamp. */
  readonly passEveryFrame: readonly string[];
  /** Its option for the time-out of RTSP, in microseconds. */
  readonly rtspTimeoutOption: string;
  /** Whether it is from before FFmpeg 4.4 (2021). */
  readonly isDated: boolean;
}

const TIMEOUT_MS = 10_000;
/** FFmpeg 6. Since 5.1 there is `-fps_mode`; `-vsync`, its name before, is gone in newer ones. */
const FIRST_WITHOUT_VSYNC_LIBAVCODEC = 60;
/** FFmpeg 5. Before it `-timeout` made FFmpeg a server that waits to be sent to. */
const FIRST_WITH_RTSP_TIMEOUT_LIBAVCODEC = 59;
/** FFmpeg 4.4. */
const FIRST_CURRENT_LIBAVCODEC = { major: 58, minor: 134 };

/**
 * Asks FFmpeg for its version, which also shows that it runs.
 *
 * @throws {StreamerError} FFMPEG_NOT_FOUND when it does not.
 */
export async function readFfmpegVersion(ffmpegPath: string): Promise<FfmpegVersion> {
  try {
    const { stdout } = await promisify(execFile)(ffmpegPath, ['-version'], { timeout: TIMEOUT_MS });
    return parseFfmpegVersion(stdout);
  } catch (error) {
    throw new StreamerError('FFMPEG_NOT_FOUND', `${ffmpegPath} does not run; install FFmpeg or set FFMPEG_PATH.`, {
      cause: error,
    });
  }
}

/** Reads what `ffmpeg -version` prints. An unknown build is taken for a new one: old ones do not change any more. */
export function parseFfmpegVersion(output: string): FfmpegVersion {
  const name = /^ffmpeg version (\S+)/m.exec(output)?.[1] ?? 'unknown';
  const [, major = Infinity, minor = 0] = (/^libavcodec\s+(\d+)\. *(\d+)\./m.exec(output) ?? []).map(Number);
  const current = FIRST_CURRENT_LIBAVCODEC;
  return {
    name,
    passEveryFrame: major < FIRST_WITHOUT_VSYNC_LIBAVCODEC ? ['-vsync', '0'] : ['-fps_mode', 'passthrough'],
    rtspTimeoutOption: major < FIRST_WITH_RTSP_TIMEOUT_LIBAVCODEC ? '-stimeout' : '-timeout',
    isDated: major < current.major || (major === current.major && minor < current.minor),
  };
}

/**
 * What to tell, once, whoever uses network sources with an FFmpeg that is too old for them, such as the one that comes
 * with the package (2018); null where there is nothing to tell.
 */
export function oldFfmpegWarning({ name, isDated }: FfmpegVersion): string | null {
  if (!isDated) return null;
  return `FFmpeg ${name} is old: for network sources install a current one (it knows SRT, and its known holes are closed).`;
}
