import { describe, expect, it } from 'vitest';
import { ERROR_CODES, isErrorCode, StreamerError, toStreamerError } from '../../../shared/errors.js';
import type { ErrorCode } from '../../../shared/errors.js';

describe('StreamerError', () => {
  it('has code, sentence and cause, and is an Error', () => {
    const cause = new Error('EADDRINUSE');
    const error = new StreamerError('PORT_IN_USE', 'Port 8000 is taken.', { cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message, error.cause]).toEqual([
      'StreamerError',
      'PORT_IN_USE',
      'Port 8000 is taken.',
      cause,
    ]);
  });

  it.each<[ErrorCode, number]>([
    ['BAD_USAGE', 2],
    ['SOURCE_NOT_FOUND', 2],
    ['CONNECT_FAILED', 1],
    ['INTERNAL', 1],
    ['STREAMS_ENDED', 0],
  ])('%s ends a command with exit code %d', (code, exitCode) => {
    expect(new StreamerError(code, 'x').exitCode).toBe(exitCode);
  });

  it('has an exit code and a meaning in one sentence for every code', () => {
    for (const [code, { exitCode, meaning }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect([0, 1, 2]).toContain(exitCode);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('isErrorCode', () => {
  it('knows codes and nothing else', () => {
    expect(isErrorCode('BAD_TOKEN')).toBe(true);
    for (const value of ['bad_token', '', 'toString', '__proto__', 'constructor', 1, null, undefined, {}]) {
      expect(isErrorCode(value)).toBe(false);
    }
  });
});

describe('toStreamerError', () => {
  it('leaves a StreamerError as it is', () => {
    const error = new StreamerError('BAD_TOKEN', 'x');
    expect(toStreamerError(error, 'INTERNAL')).toBe(error);
  });

  it('keeps anything else as the cause', () => {
    const cause = new TypeError('x is not a function');
    expect(toStreamerError(cause)).toMatchObject({ code: 'INTERNAL', message: 'x is not a function', cause });
    expect(toStreamerError('plain text', 'ENCODE_FAILED')).toMatchObject({
      code: 'ENCODE_FAILED',
      message: 'plain text',
      cause: 'plain text',
    });
    expect(toStreamerError(undefined)).toMatchObject({ code: 'INTERNAL', message: 'undefined' });
  });
});
