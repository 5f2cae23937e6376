import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { FfmpegRequest } from '../../shared/ffmpeg/ffmpeg.js';

/** What FFmpeg is to do once, to its end. */
export interface FfmpegJob extends Omit<FfmpegRequest, 'onExit' | 'onLogLine' | 'output'> {
  /** The file that it writes. */
  readonly output: string;
  /** Told now and then how many seconds of the output there are. */
  readonly onProgress: (seconds: number) => void;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/** Has FFmpeg print where it is, although `startFfmpeg` has it print nothing of that. */
const PROGRESS = ['-stats'];
const TIME = /\btime=(\d+):(\d\d):(\d\d(?:\.\d+)?)/;

/**
 * Runs FFmpeg to its end.
 *
 * @throws {StreamerError} FFMPEG_FAILED; what `signal` was aborted with, when it was.
 */
export async function runFfmpegJob({ onProgress, signal, ...request }: FfmpegJob): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const run = startFfmpeg({
      ...request,
      inputOptions: [...PROGRESS, ...request.inputOptions],
      onLogLine: (line) => {
        const seconds = secondsOf(line);
        if (seconds !== null) onProgress(seconds);
      },
      onExit: (error) => {
        signal.removeEventListener('abort', onAbort);
        if (error) reject(error);
        else resolve();
      },
    });
    const onAbort = () => void run.stop();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  signal.throwIfAborted();
}

function secondsOf(line: string): number | null {
  const [, hours = NaN, minutes = NaN, seconds = NaN] = TIME.exec(line)?.map(Number) ?? [];
  const time = hours * 3600 + minutes * 60 + seconds;
  return Number.isFinite(time) ? time : null;
}
