import type { Clock } from '../../shared/clock.js';
import type { FfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { FfmpegReader } from './ffmpeg-reader.js';
import type { ProbeReader } from './probe-events.js';
import type { ProbeTarget } from './probe-target.js';

/** What readers take from their surroundings. */
export interface ReaderParts {
  readonly clock: Clock;
  /** The FFmpeg to use; asked for when the first path needs one. */
  readonly ffmpeg: () => Promise<ProbeFfmpeg>;
  /** Token of our own servers; null where they have none. */
  readonly token: string | null;
}

/** An FFmpeg that was found, and what is special about it. */
export interface ProbeFfmpeg extends FfmpegVersion {
  readonly path: string;
}

/**
 * The reader for the kind of path that `target` is.
 *
 * @throws {StreamerError} BAD_USAGE for an address that its reader cannot take
 */
export function openReader(target: ProbeTarget, parts: ReaderParts): ProbeReader {
  return new FfmpegReader(target, parts);
}
