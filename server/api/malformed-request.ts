import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { StreamerError } from '../../shared/errors.js';
import type { Connections } from './connections.js';
import { HttpError } from './http-error.js';
import { SERVED_METHODS } from './method-table.js';
import { writeProblem } from './problem.js';

/** What is wrong with a request, whatever it is about; null when nothing is. */
export function refusalOf(
  request: IncomingMessage,
  { maxHeaders }: { readonly maxHeaders: number },
): StreamerError | null {
  const { method = '', headers, rawHeaders, httpVersion } = request;
  if (rawHeaders.length / 2 > maxHeaders) {
    return new HttpError('BAD_REQUEST', `More than ${maxHeaders} headers came; send fewer.`, { status: 431 });
  }
  if (headers.host === undefined && httpVersion !== '1.0') {
    return new StreamerError('BAD_REQUEST', 'The header Host is missing (RFC 9112).');
  }
  if (SERVED_METHODS.includes(method)) return null;
  const options = { headers: { Allow: SERVED_METHODS.join(', ') } };
  return new HttpError('METHOD_NOT_ALLOWED', `The method ${method} is not served.`, options);
}

/** Answers what is no HTTP, too large or did not come in time, where there is still somebody to answer; then closes. */
export function refuseBroken(error: NodeJS.ErrnoException, socket: Socket, connections: Connections): void {
  // OpenSSL sends nothing to a client that speaks no TLS, so the connection below is still free for an answer.
  const below = SPEAKS_NO_TLS.includes(error.code ?? '') ? connections.below(socket) : undefined;
  if (below?.writable) {
    writeProblem(below, new StreamerError('BAD_REQUEST', 'This port speaks only TLS; ask with https.'));
    return;
  }
  // A failed TLS handshake has nobody to read an answer; and a second answer to one request would break the connection.
  if (!socket.writable || error.code === 'ECONNRESET' || !isOfHttp(error) || connections.isAnswered(socket)) {
    socket.destroy();
    return;
  }
  writeProblem(socket, brokenRequest(error.code));
}

const SPEAKS_NO_TLS = ['ERR_SSL_HTTP_REQUEST', 'ERR_SSL_WRONG_VERSION_NUMBER'];

function isOfHttp({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
}

function brokenRequest(code: string | undefined): HttpError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new HttpError('BAD_REQUEST', 'The header is too large; leave something out.', { status: 431 });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new HttpError('BAD_REQUEST', 'The request did not come in time.', { status: 408 });
  }
  return new HttpError('BAD_REQUEST', 'This is no HTTP request (RFC 9112).', { status: 400 });
}

/** What is wrong with a URL that the router does not take. */
export function badUrl(error: Error & { code?: string }): StreamerError {
  const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
  const sentence = isTooLong ? 'A part of the path is too long.' : 'The path is not encoded as it must be (RFC 3986).';
  return new StreamerError('BAD_REQUEST', sentence);
}
