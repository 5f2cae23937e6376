import type { RawFrame, Source } from '../../server/sources/source.js';
import { readCount } from './video-fixtures.js';

/** What a source delivered: the numbers of its frames, and what its pictures show (see `readCount`). */
export interface Played {
  readonly sequences: number[];
  readonly counts: (number | undefined)[];
  /** `stopped` after as many frames as were asked for, `ended`, or the message of the error it ended with. */
  readonly outcome: string;
}

/**
 * Runs a source until it delivered `frames` frames or ended. A few frames at a time are kept before they are released,
 * like those that wait for an encoder.
 */
export async function playSource(source: Source, frames: number): Promise<Played> {
  const sequences: number[] = [];
  const counts: (number | undefined)[] = [];
  const kept: RawFrame[] = [];
  const outcome = await new Promise<string>((resolve) => {
    const run = source.start({
      onFrame: (frame) => {
        if (sequences.length === frames) return frame.release();
        sequences.push(frame.sequence);
        counts.push(readCount(frame.data, frame.width, frame.height));
        kept.push(frame);
        if (kept.length > 2) kept.shift()?.release();
        if (sequences.length === frames) void run.stop().then(() => resolve('stopped'));
      },
      onDrop: (first, last) => resolve(`dropped ${first}-${last}`),
      // What comes after the end is a defect, so there is time for it to come.
      onEnd: () => setImmediate(() => void run.stop().then(() => resolve('ended'))),
      onError: (error) => void run.stop().then(() => resolve(error.message)),
    });
  });
  for (const frame of kept) frame.release();
  return { sequences, counts, outcome };
}
