import type { LoadTarget } from './crowd.js';
import { FfmpegSource } from './ffmpeg-source.js';
import type { LoadSource, SourceParts } from './load-source.js';
import { MjpegSource } from './mjpeg-source.js';
import { streamerSource, webSocketSource } from './protocol-source.js';
import { RtspSource } from './rtsp-source.js';
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
      return new MjpegSource(target.url, parts);
    case 'rtsp':
      return new RtspSource(target.url, parts);
    case 'ffmpeg':
      return new FfmpegSource(target, parts);
  }
}
