import type { Clock } from '../../shared/clock.js';
import type { FfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import type { ClockReading } from './path-latency.js';

/** What readers take from their surroundings. */
export interface ReaderParts {
  readonly clock: Clock;
  /** The FFmpeg to use; asked for when the first path needs one. */
  readonly ffmpeg: () => Promise<ProbeFfmpeg>;
  /** Token of our own servers; null where they have none. */
  readonly token: string | null;
  /** The clock that capture times of the path are by, at a moment of ours; null while it is not known. */
  readonly clockAt: (nowUs: number) => ClockReading | null;
}

/** An FFmpeg that was found, and what is special about it. */
export interface ProbeFfmpeg extends FfmpegVersion {
  readonly path: string;
}
