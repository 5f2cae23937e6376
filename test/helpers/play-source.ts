import { decodeJpeg } from '../../client/jpeg-decoder.js';
import type { Source, SourceFrame, SourceSink } from '../../server/sources/source.js';
import { readCount } from './video-fixtures.js';

/** What a source delivered: the numbers of its frames, and what its pictures show (see `readCount`). */
export interface Played {
  readonly sequences: number[];
  readonly counts: (number | undefined)[];
  /** The pictures that were JPEG already, as they came. */
  readonly jpegs: readonly Buffer[];
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
  const jpegs: Buffer[] = [];
  const kept: SourceFrame[] = [];
  const outcome = await new Promise<string>((resolve) => {
    const sink: SourceSink = {
      onInfo: () => undefined,
      onWarning: (error) => resolve(error.message),
      onFrame: (frame) => {
        if (sequences.length === frames) return release(frame);
        sequences.push(frame.sequence);
        if (frame.kind === 'raw') counts.push(readCount(frame.data, frame.width, frame.height));
        else jpegs.push(frame.data);
        kept.push(frame);
        if (kept.length > 2) release(kept.shift()!);
        if (sequences.length === frames) void run.stop().then(() => resolve('stopped'));
      },
      onDrop: (first, last) => resolve(`dropped ${first}-${last}`),
      // What comes after the end is a defect, so there is time for it to come.
      onEnd: () => setImmediate(() => void run.stop().then(() => resolve('ended'))),
      onError: (error) => void run.stop().then(() => resolve(error.message)),
    };
    const run = source.start(sink, 0);
  });
  for (const frame of kept) release(frame);
  for (const jpeg of jpegs) {
    const { data, width, height } = await decodeJpeg(jpeg);
    counts.push(readCount(data, width, height));
  }
  return { sequences, counts, jpegs, outcome };
}

function release(frame: SourceFrame): void {
  if (frame.kind === 'raw') frame.release();
}
