import type { CancelTimer, Clock } from '../shared/clock.js';
import { StreamerError, toStreamerError } from '../shared/errors.js';
import { toPrintable } from '../shared/protocol/printable.js';
import { settleInParallel } from './in-parallel.js';
import { describeSource } from './sources/describe-source.js';
import type { Source, SourceInfo } from './sources/source.js';
import type { OpenStream } from './stream-opener.js';
import type { StreamSettings } from './stream-settings.js';

/** A live source is given this long to send its first picture. */
const FIRST_FRAME_LIMIT_US = 20_000_000;
/** Sources tried in the same moment: each is a process or a connection. */
const PARALLEL_TRIALS = 8;

/** What came of trying a source; the exit code is 0 for one that can be streamed. */
export interface Verdict {
  readonly line: string;
  readonly exitCode: number;
}

/** Tries the source of every stream, also when one of them fails. Never rejects. */
export async function checkStreams(
  streams: readonly StreamSettings[],
  open: OpenStream,
  clock: Clock,
): Promise<Verdict[]> {
  const results = await settleInParallel(streams, PARALLEL_TRIALS, (settings) => tryStream(settings, open, clock));
  return results.map((result, index) => {
    const name = streams[index]?.name ?? '';
    if (result.status === 'fulfilled') return { line: `${name}: ${result.value}`, exitCode: 0 };
    const { message, code, exitCode } = toStreamerError(result.reason);
    return { line: toPrintable(`${name}: ${message} (${code})`), exitCode };
  });
}

async function tryStream(settings: StreamSettings, open: OpenStream, clock: Clock): Promise<string> {
  const { source, summary } = await open(settings);
  return source.isLive ? `${summary}: ${describeSource(await trySource(source, clock))}` : summary;
}

/**
 * Tries a source: connects to it if it is live, and waits for its first picture. A file was looked at when it was opened.
 * Resolves to what the source is, when nothing of it is left running.
 *
 * @throws {StreamerError} as the source fails, or SOURCE_TIMEOUT.
 */
async function trySource(source: Source, clock: Clock): Promise<SourceInfo> {
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
