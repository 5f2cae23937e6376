import { StreamerError } from '../../shared/errors.js';
import type { StreamInfo } from '../../shared/protocol/messages.js';
import type { ServerAddress } from '../connection.js';

/** UNKNOWN_STREAM for a server without the stream that was asked for, or without any. */
export function unknownStream(name: string | null, streams: readonly StreamInfo[]): StreamerError {
  const names = streams.map((stream) => stream.name).slice(0, 20);
  const offered = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return new StreamerError('UNKNOWN_STREAM', `There is no stream ${name ?? 'at all'}; ${offered}.`);
}

/** NO_DEVICES when none came in time. */
export function noDevice(waitMs: number, { host, port }: ServerAddress): StreamerError {
  const server = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const sentence = `No device joined within ${waitMs / 1000} s; run "streamer-client join ${server}" on each device.`;
  return new StreamerError('NO_DEVICES', sentence);
}

/** BENCH_OVER for a server that does not do `what` in the time that it has for it. */
export function neverDid(what: string): StreamerError {
  return new StreamerError('BENCH_OVER', `The server did not ${what} in time; try again, or restart it.`);
}
