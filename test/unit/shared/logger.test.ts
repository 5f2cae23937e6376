import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../shared/errors.js';
import { LOG_LEVELS } from '../../../shared/log-level.js';
import { type LoggerOptions, createLogger, loggedError } from '../../../shared/logger.js';

/** A logger and the lines it wrote, which are there as soon as a call returns. */
function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ level: 'info', pretty: false, destination, ...options });
  return { logger, lines, parsed: () => lines.map((line) => JSON.parse(line)) };
}

const FAILURE = new StreamerError('SOURCE_FAILED', 'The source stopped.', {
  cause: Object.assign(new Error('read failed', { cause: 'no signal' }), { code: 'EIO' }),
});

describe('createLogger, as JSON', () => {
  it('writes one object a line, with the level as a word and the time as ISO 8601', () => {
    const { logger, lines, parsed } = capture({ name: 'server' });
    logger.info({ port: 8000 }, 'listening');
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    const { time, ...rest } = parsed()[0];
    expect(rest).toEqual({ level: 'info', name: 'server', port: 8000, msg: 'listening' });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it.each(LOG_LEVELS.map((level, index) => ({ level, index })))('writes from level $level on', ({ level, index }) => {
    const { logger, parsed } = capture({ level });
    for (const method of ['trace', 'debug', 'info', 'warn', 'error'] as const) logger[method]('x');
    expect(parsed().map((line) => line.level)).toEqual(LOG_LEVELS.slice(index, -1));
  });

  it('gives a child its fields', () => {
    const { logger, parsed } = capture();
    logger.child({ stream: 'door' }).warn({ late: 3 }, 'frames dropped');
    expect(parsed()[0]).toMatchObject({ stream: 'door', late: 3, msg: 'frames dropped' });
  });

  it('writes an error with code, message and causes, without a stack', () => {
    const { logger, parsed } = capture();
    logger.error({ err: FAILURE }, 'failed');
    expect(parsed()[0].err).toEqual({
      code: 'SOURCE_FAILED',
      message: 'The source stopped.',
      cause: { code: 'EIO', message: 'read failed', cause: { message: 'no signal' } },
    });
  });

  it('adds the stacks at level debug', () => {
    const { logger, parsed } = capture({ level: 'debug' });
    logger.child({}).error({ err: FAILURE }, 'failed');
    expect(parsed()[0].err.stack).toContain('logger.test.ts');
    expect(parsed()[0].err.cause.stack).toContain('read failed');
  });

  it('hides tokens and passwords, in fields, messages and errors', () => {
    const { logger, lines } = capture({ level: 'trace' });
    logger.info({ token: 'SECRET', hello: { token: 'SECRET', password: 'SECRET' } }, 'x');
    logger.child({ token: 'SECRET' }).info('GET /?token=SECRET');
    logger.error({ err: new Error('cannot open rtsp://me:SECRET@cam', { cause: new Error('x?token=SECRET') }) }, 'x');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('SECRET');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('createLogger, pretty', () => {
  it('writes one readable line for an event, an error included', () => {
    const { logger, lines } = capture({ pretty: true, name: 'server' });
    logger.info({ port: 8000 }, 'listening');
    logger.error({ err: FAILURE, token: 'SECRET' }, 'failed at rtsp://me:SECRET@cam');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening \{"port":8000\}\n$/);
    expect(lines[1]).toMatch(
      /^\[.*\] ERROR: failed at rtsp:\/\/me:\*\*\*@cam \{"err":\{"code":"SOURCE_FAILED",.*\}\n$/,
    );
  });

  it('shows stacks at level debug', () => {
    const { logger, lines } = capture({ pretty: true, level: 'debug' });
    logger.error({ err: FAILURE }, 'failed');
    expect(lines.join('')).toMatch(/\n +at .*logger\.test\.ts/);
  });
});

describe('loggedError', () => {
  it('takes whatever was thrown', () => {
    expect(loggedError('text', true)).toEqual({ message: 'text' });
    expect(loggedError(undefined, true)).toEqual({ message: 'undefined' });
    expect(loggedError(Object.assign(new Error('x'), { code: 7 }), false)).toEqual({ message: 'x' });
  });

  it('ends a chain of causes that goes in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    let depth = 0;
    for (let at = loggedError(error, false); at.cause; at = at.cause) depth += 1;
    expect(depth).toBe(8);
  });
});
