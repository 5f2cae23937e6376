import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../shared/api/problem-schema.js';
import { ERROR_CODES } from '../../shared/errors.js';
import type { StreamerError } from '../../shared/errors.js';

/**
 * Answers a request for a WebSocket with an error of HTTP, as a problem document (RFC 9457), and closes.
 *
 * @param headers more of the answer's headers, such as `Retry-After`
 */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  { code, message }: Pick<StreamerError, 'code' | 'message'>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = `urn:frame-streamer:error:${code}`;
  const problem: Problem = { type, title: ERROR_CODES[code].meaning, status, code, detail: message };
  const body = JSON.stringify(problem);
  const lines = Object.entries({
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  // The peer may be gone already, and there is nobody else to hear of it.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`);
}
