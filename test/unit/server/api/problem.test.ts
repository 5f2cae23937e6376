import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../../server/api/http-error.js';
import { isExpected, toProblem, writeProblem } from '../../../../server/api/problem.js';
import { problemSchema } from '../../../../shared/api/problem-schema.js';
import { ERROR_CODES, StreamerError } from '../../../../shared/errors.js';
import type { ErrorCode } from '../../../../shared/errors.js';

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

describe('toProblem', () => {
  it.each([
    ['BAD_REQUEST', 400],
    ['BAD_TOKEN', 401],
    ['FORBIDDEN', 403],
    ['SOURCE_FORBIDDEN', 403],
    ['NOT_FOUND', 404],
    ['UNKNOWN_STREAM', 404],
    ['UNKNOWN_CLIENT', 404],
    ['METHOD_NOT_ALLOWED', 405],
    ['STREAM_EXISTS', 409],
    ['TOO_MANY_STREAMS', 409],
    ['BODY_TOO_LARGE', 413],
    ['HOST_FORBIDDEN', 421],
    ['SOURCE_NOT_FOUND', 422],
    ['SOURCE_UNREACHABLE', 422],
    ['TOO_MANY_ATTEMPTS', 429],
    ['TOO_MANY_REQUESTS', 429],
    ['INTERNAL', 500],
    ['NO_FRAME', 503],
    ['SERVER_CLOSING', 503],
    ['SERVER_FULL', 503],
    ['DISK_FULL', 507],
  ] as const)('answers %s with %i', (code, status) => {
    expect(toProblem(new StreamerError(code, 'Do this.'))).toMatchObject({ status, problem: { status } });
  });

  it('is a document of the schema for every code', () => {
    for (const code of CODES) {
      const { status, problem } = toProblem(new StreamerError(code, 'Do this.'));
      expect(problemSchema.parse(problem)).toEqual(problem);
      expect(problem.status).toBe(status);
    }
  });

  it('says code, meaning and sentence', () => {
    expect(toProblem(new StreamerError('UNKNOWN_STREAM', 'There is no stream x.')).problem).toEqual({
      type: 'urn:frame-streamer:error:UNKNOWN_STREAM',
      title: ERROR_CODES.UNKNOWN_STREAM.meaning,
      status: 404,
      code: 'UNKNOWN_STREAM',
      detail: 'There is no stream x.',
    });
  });

  it.each([
    new Error('secret'),
    new StreamerError('PORT_IN_USE', 'secret'),
    'secret',
    undefined,
    { message: 'secret' },
  ])('tells nothing of what was not expected: %s', (thrown) => {
    const answer = toProblem(thrown);
    expect(answer).toMatchObject({ status: 500, problem: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(isExpected(thrown)).toBe(false);
  });

  it('takes status and headers that an error has of its own', () => {
    const headers = { 'Retry-After': '5' };
    const error = new HttpError('SOURCE_FAILED', 'All are offline.', { status: 503, headers });
    expect(toProblem(error)).toMatchObject({ status: 503, headers, problem: { status: 503, code: 'SOURCE_FAILED' } });
    expect(toProblem(new HttpError('NO_FRAME', 'None.')).status).toBe(503);
  });

  it('keeps what it quotes printable and short', () => {
    const { detail } = toProblem(new StreamerError('BAD_REQUEST', `a\u001b[2J\nb\u202e${'x'.repeat(5000)}`)).problem;
    expect(detail.slice(0, 10)).toBe('a\uFFFD[2J b\uFFFDxx');
    expect(detail).toHaveLength(1000);
  });
});

describe('writeProblem', () => {
  it('takes a peer that is gone for no error of the server', () => {
    // Node took its own listeners off, as it does with a connection that asks for a tunnel.
    const socket = new Duplex({ read: () => undefined, write: () => undefined });
    writeProblem(socket, new StreamerError('METHOD_NOT_ALLOWED', 'This server is no proxy.'));
    expect(() => socket.emit('error', new Error('write ECONNRESET'))).not.toThrow();
    expect(socket.destroyed).toBe(true);
  });
});
