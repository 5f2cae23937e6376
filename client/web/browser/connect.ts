import { SystemClock } from '../../../shared/clock.js';
import type { ConnectOptions, FrameStream } from './frame-stream.js';
import { onPageWake } from './page-wake.js';
import { openFrames } from './session-frames.js';
import { measureResolutionUs } from './timer-resolution.js';

export type { BrowserFrame, BrowserStats, ConnectionStatus, ConnectOptions, FrameStream } from './frame-stream.js';
export type { Policy, StreamInfo, StreamState, TimeSource } from '../../../shared/protocol/messages.js';
export { StreamerError } from '../../../shared/errors.js';
export type { ErrorCode } from '../../../shared/errors.js';

/** Measured once: a page may connect to a wall of streams. */
let resolutionUs: number | null = null;

/**
 * Connects to a server and resolves once it has said what it streams. The loop over the result sets the pace: a frame is
 * acknowledged when the loop takes it, so a slow loop gets fewer frames, never old ones. Leaving the loop closes the
 * connection. Works in a page and in a worker.
 *
 * @throws {StreamerError} BAD_USAGE, CONNECT_FAILED, CONNECT_TIMEOUT, BAD_TOKEN, BAD_VERSION, UNKNOWN_STREAM, SERVER_FULL …
 *   The loop throws CONNECTION_LOST and the like when `reconnect` is false, and KICKED and what else is final always.
 */
export function connect(options: ConnectOptions): Promise<FrameStream> {
  resolutionUs ??= measureResolutionUs();
  return openFrames(options, {
    clock: new SystemClock(),
    openSocket: (url) => new WebSocket(url),
    decode: (jpeg) => createImageBitmap(jpeg),
    onWake: onPageWake,
    resolutionUs,
    random: Math.random,
  });
}
