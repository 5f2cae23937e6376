import { runFfprobe } from '../../shared/ffmpeg/ffprobe.js';

const READ_SECONDS = 60;

/** When the pictures at the beginning of a file are shown, as its container says; nothing is decoded for it. */
export interface FrameTimes {
  /** Seconds in the file's own count, rising; at least two. */
  readonly seconds: readonly number[];
  /** Whether that is every picture of the file. */
  readonly isWhole: boolean;
}

/**
 * Reads the times of the pictures in the first minute of a file; null where it does not tell them. Some containers
 * (Matroska, MPEG-TS) name a rate but not how many pictures there are, and the rate can be a mere wish.
 */
export async function readFrameTimes(
  ffprobePath: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<FrameTimes | null> {
  const show = ['-show_entries', 'packet=pts_time', '-of', 'csv=p=0', '-read_intervals', `%+${READ_SECONDS}`];
  try {
    return parseFrameTimes(await runFfprobe(ffprobePath, path, show, signal));
  } catch {
    // The file could be opened before, so this is about the times alone, and without them it still plays.
    return null;
  }
}

/** Reads what ffprobe prints: one time a line, in the order of decoding. */
export function parseFrameTimes(output: string): FrameTimes | null {
  const lines = output.split('\n').filter((line) => line !== '');
  const seconds = lines.map((line) => parseFloat(line)).sort((a, b) => a - b);
  const [first = NaN, last = NaN] = [seconds[0], seconds.at(-1)];
  if (seconds.length < 2 || seconds.some(Number.isNaN)) return null;
  return { seconds, isWhole: last - first < READ_SECONDS - 1 };
}

/** Mean rate in frames per second, from the first picture to the last. */
export function meanRate({ seconds }: FrameTimes): number {
  return (seconds.length - 1) / (seconds[seconds.length - 1]! - seconds[0]!);
}

/** Whether each picture lies within half a frame of its place at `fps`, which leaves room for times in milliseconds. */
export function areEven({ seconds }: FrameTimes, fps: number): boolean {
  const first = seconds[0]!;
  return seconds.every((time, index) => Math.abs((time - first) * fps - index) < 0.5);
}
