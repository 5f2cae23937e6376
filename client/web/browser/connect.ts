import { SystemClock } from '../../../shared/clock.js';
import { openDevice } from './bench-device.js';
import type { BenchDevice, JoinBenchOptions } from './bench-status.js';
import { browserWords } from './browser-words.js';
import type { ConnectOptions, FrameStream } from './frame-stream.js';
import { onPageHidden } from './page-hidden.js';
import { onPageWake } from './page-wake.js';
import { openFrames } from './session-frames.js';
import { measureResolutionUs } from './timer-resolution.js';

export type { BrowserFrame, BrowserStats, ConnectionStatus, ConnectOptions, FrameStream } from './frame-stream.js';
export type { BenchFigures, BenchPhase } from '../../../shared/bench/bench-measurement.js';
export type { BenchDevice, BenchStatus, JoinBenchOptions } from './bench-status.js';
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

/**
 * Makes this page a device of the benchmarks that `streamer-client bench` coordinates. It receives frames over a
 * connection of its own, acknowledges each at once and decodes none, so that what is measured is the network and the
 * browser, not the drawing. It stays for one benchmark after the other, over reconnects, until it leaves or `connection`
 * is `closed`: then `reason` says why. Works in a page and in a worker.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function joinBench(options: JoinBenchOptions): BenchDevice {
  resolutionUs ??= measureResolutionUs();
  return openDevice(options, {
    clock: new SystemClock(),
    openSocket: (url) => new WebSocket(url),
    onWake: onPageWake,
    onHidden: onPageHidden,
    resolutionUs,
    random: Math.random,
    about: browserWords(navigator.userAgent),
    key: randomKey(),
  });
}

/** 32 hexadecimal digits. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
