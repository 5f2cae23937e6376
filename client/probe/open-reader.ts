import { FfmpegReader } from './ffmpeg-reader.js';
import { HttpReader } from './http-reader.js';
import type { ProbeReader } from './probe-events.js';
import type { ProbeTarget } from './probe-target.js';
import type { ReaderParts } from './reader-parts.js';
import { tcpPath, webSocketPath } from './session-path.js';
import { SessionReader } from './session-reader.js';

/**
 * The reader for the kind of path that `target` is.
 *
 * @throws {StreamerError} BAD_USAGE for an address that its reader cannot take
 */
export function openReader(target: ProbeTarget, parts: ReaderParts): ProbeReader {
  switch (target.kind) {
    case 'streamer':
      return new SessionReader(tcpPath(target.url, parts.token), parts.clock);
    case 'websocket':
      return new SessionReader(webSocketPath(target.url, parts), parts.clock);
    case 'http':
      return new HttpReader(target, parts);
    default:
      return new FfmpegReader(target, parts);
  }
}
