import type { ServerConfig } from './config.js';
import { settleInParallel } from './in-parallel.js';
import type { OpenedSource } from './sources/open-source.js';
import type { OpenStream } from './stream-opener.js';
import type { StreamSettings } from './stream-settings.js';

/** Sources looked at in the same moment: each costs a process. */
const PARALLEL_PROBES = 4;

/** A stream of the configuration whose source was looked at and is ready to start. */
export interface OpenedStream {
  readonly settings: StreamSettings;
  readonly opened: OpenedSource;
}

/**
 * Looks at the source of every stream of the configuration.
 *
 * @throws {StreamerError} for the first source, in their order, that cannot be streamed; BAD_USAGE for an unknown hwaccel.
 */
export async function openStreams(config: ServerConfig, open: OpenStream): Promise<readonly OpenedStream[]> {
  const results = await settleInParallel(config.streams, PARALLEL_PROBES, open);
  return results.map((result, index) => {
    if (result.status === 'rejected') throw result.reason;
    return { settings: config.streams[index]!, opened: result.value };
  });
}
