import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../shared/api/problem-schema.js';
import type { ErrorCode } from '../../shared/errors.js';
import { ERROR_CODES, StreamerError } from '../../shared/errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { HttpError } from './http-error.js';
import type { HttpHeaders } from './http-error.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Type of the answers (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** An error as an answer. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly problem: Problem;
}

/** Longest detail, since it can quote what was asked. */
const MAX_DETAIL_LENGTH = 1000;
/**
 * What is wrong with a source is wrong with the request that names it, so it is no fault of this server (5xx). A code
 * that is not here is not expected over HTTP.
 */
const STATUS: Partial<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  BAD_USAGE: 400,
  BAD_CONFIG: 400,
  BAD_MESSAGE: 400,
  BAD_TOKEN: 401,
  FORBIDDEN: 403,
  SOURCE_FORBIDDEN: 403,
  NOT_FOUND: 404,
  UNKNOWN_STREAM: 404,
  UNKNOWN_CLIENT: 404,
  STREAM_REMOVED: 404,
  METHOD_NOT_ALLOWED: 405,
  STREAM_EXISTS: 409,
  TOO_MANY_STREAMS: 409,
  BODY_TOO_LARGE: 413,
  HOST_FORBIDDEN: 421,
  SOURCE_NOT_FOUND: 422,
  SOURCE_UNREADABLE: 422,
  SOURCE_NOT_VIDEO: 422,
  SOURCE_UNREACHABLE: 422,
  SOURCE_TIMEOUT: 422,
  SOURCE_DENIED: 422,
  SOURCE_BAD_ANSWER: 422,
  SOURCE_FAILED: 422,
  UNTRUSTED_CERTIFICATE: 422,
  FFMPEG_FAILED: 422,
  BAD_JPEG: 422,
  PROCESSOR_INVALID: 422,
  TOO_MANY_ATTEMPTS: 429,
  TOO_MANY_REQUESTS: 429,
  RECORDING_FAILED: 500,
  FILE_WRITE_FAILED: 500,
  SERVER_FULL: 503,
  SERVER_CLOSING: 503,
  NO_FRAME: 503,
  DISK_FULL: 507,
};
const DEFECT = new StreamerError('INTERNAL', 'The server met a defect and logged it; please report it.');

/** Whether an error is of a kind that requests are meant to be answered with; anything else is a defect. */
export function isExpected(error: unknown): error is StreamerError {
  return error instanceof StreamerError && (STATUS[error.code] !== undefined || statusOf(error) !== null);
}

/** The answer to whatever was thrown; of what was not expected it tells nothing. */
export function toProblem(thrown: unknown): ProblemAnswer {
  const error = isExpected(thrown) ? thrown : DEFECT;
  const { code, message } = error;
  const status = statusOf(error) ?? STATUS[code] ?? 500;
  const detail = bounded(message);
  const problem = { type: `urn:frame-streamer:error:${code}`, title: ERROR_CODES[code].meaning, status, code, detail };
  return { status, headers: error instanceof HttpError ? error.headers : {}, problem };
}

/** Answers with a problem where there is no route, or not yet one; the connection ends with it. */
export function sendProblem(response: ServerResponse, thrown: unknown): void {
  const { status, headers, body } = closingAnswer(thrown);
  response.writeHead(status, headers).end(body);
}

/** As `sendProblem`, on a bare connection; a peer that is gone already is no error. */
export function writeProblem(socket: Duplex, thrown: unknown): void {
  // Node lets go of a connection that asks for a tunnel, and an error that nobody hears would end the process.
  socket.on('error', () => socket.destroy());
  const { status, headers, body } = closingAnswer(thrown);
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  // Destroyed once it is out: a peer that never closes its side must not keep the connection.
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}

function closingAnswer(thrown: unknown): { status: number; headers: HttpHeaders; body: string } {
  const { status, headers, problem } = toProblem(thrown);
  const body = JSON.stringify(problem);
  return {
    status,
    headers: {
      // No hook has set these where there is no route yet.
      ...SECURITY_HEADERS,
      'Content-Type': PROBLEM_TYPE,
      'Content-Length': `${Buffer.byteLength(body)}`,
      Connection: 'close',
      ...headers,
    },
    body,
  };
}

function statusOf(error: StreamerError): number | null {
  return error instanceof HttpError ? error.status : null;
}

/** Safe to show on a terminal, and of a length that nobody minds. */
function bounded(text: string): string {
  const printable = toPrintable(text);
  return printable.length <= MAX_DETAIL_LENGTH ? printable : `${printable.slice(0, MAX_DETAIL_LENGTH - 1)}…`;
}
