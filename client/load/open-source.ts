import { StreamerError } from '../../shared/errors.js';
import type { LoadTarget } from './crowd.js';
import type { LoadSource, SourceParts } from './load-source.js';
import { streamerSource, webSocketSource } from './protocol-source.js';
import type { ServerClocks } from './server-clocks.js';

/** What the sources of one thread share. */
export interface ThreadParts extends SourceParts {
  readonly clocks: ServerClocks;
}

/**
 * The source for the kind of target that `target` is.
 *
 * @throws {StreamerError} BAD_USAGE for an address that it cannot take
 */
export function openSource(target: LoadTarget, parts: ThreadParts): LoadSource {
  switch (target.kind) {
    case 'streamer':
      return streamerSource(target, parts);
    case 'websocket':
      return webSocketSource(target, parts);
    case 'mjpeg':
    case 'rtsp':
    case 'ffmpeg':
      throw new StreamerError('BAD_USAGE', `${target.shownUrl} cannot be read yet.`);
  }
}
