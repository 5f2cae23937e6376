import type { CancelTimer, Clock } from '../shared/clock.js';
import { StreamerError } from '../shared/errors.js';
import type { Source, SourceInfo } from './sources/source.js';

/** A live source is given this long to send its first picture. */
const FIRST_FRAME_LIMIT_US = 20_000_000;

/**
 * Tries a source: connects to it if it is live, and waits for its first picture. A file was looked at when it was opened.
 * Resolves to what the source is, when nothing of it is left running.
 *
 * @throws {StreamerError} as the source fails, or SOURCE_TIMEOUT.
 */
export async function trySource(source: Source, clock: Clock): Promise<SourceInfo> {
  if (!source.isLive) return source.info;
  let info = source.info;
  let cancelLimit: CancelTimer = () => undefined;
  let stop: () => Promise<void> = async () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      cancelLimit = clock.schedule(FIRST_FRAME_LIMIT_US, () => reject(tooLate()));
      const run = source.start(
        {
          onInfo: (told) => (info = told),
          onFrame: (frame) => {
            if (frame.kind === 'raw') frame.release();
            resolve();
          },
          onDrop: () => undefined,
          onWarning: () => undefined,
          onEnd: () => reject(new StreamerError('SOURCE_FAILED', 'The source ended without a picture.')),
          onError: reject,
        },
        0,
      );
      stop = () => run.stop();
    });
    return info;
  } finally {
    cancelLimit();
    await stop();
  }
}

function tooLate(): StreamerError {
  const limit = FIRST_FRAME_LIMIT_US / 1_000_000;
  return new StreamerError('SOURCE_TIMEOUT', `The source sent no picture within ${limit} s; is it streaming?`);
}
