import { pino } from 'pino';
import { isColorSupported, prettyFactory } from 'pino-pretty';
import type { LogLevel } from './log-level.js';
import { redactJson } from './redact.js';

/** Writes one line: a sentence, and before it the fields that a machine reads. An error goes into the field `err`. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message: string): void;
}

/** A log. It knows nothing of the library behind it. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A log whose every line carries `fields` too. */
  child(fields: object): Logger;
}

/** Takes finished lines, each with its line feed. */
export interface LogDestination {
  write(line: string): unknown;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** For people (one coloured line) instead of JSON. */
  readonly pretty: boolean;
  /** Field `name` of every line. */
  readonly name?: string | undefined;
  /** A file descriptor or a stream; standard output by default. */
  readonly destination?: number | LogDestination | undefined;
}

/** An error as it is logged; `stack` only where the level is debug or trace. */
export interface LoggedError {
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const STDOUT = 1;
const MAX_CAUSES = 8;
const SECRET_FIELDS = ['token', 'password', '*.token', '*.password'];

/**
 * A log that is written when the call returns, so nothing is lost when the process exits. Tokens and the passwords of
 * URLs never reach it, whichever field or message they are in.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, pretty, name, destination = STDOUT } = options;
  const withStack = level === 'debug' || level === 'trace';
  return pino(
    {
      level,
      base: name === undefined ? {} : { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => loggedError(error, withStack) },
      redact: { paths: SECRET_FIELDS, censor: '***' },
    },
    lineWriter(destination, pretty ? prettyFormat(destination, withStack) : (line) => line),
  );
}

/** An error with its code, its message and its chain of causes as a plain object. */
export function loggedError(thrown: unknown, withStack: boolean, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  const more = thrown.cause !== undefined && depth < MAX_CAUSES;
  return {
    ...(typeof code === 'string' ? { code } : {}),
    message: thrown.message,
    ...(withStack && thrown.stack !== undefined ? { stack: thrown.stack } : {}),
    ...(more ? { cause: loggedError(thrown.cause, withStack, depth + 1) } : {}),
  };
}

function lineWriter(destination: number | LogDestination, format: (line: string) => string): LogDestination {
  const out = typeof destination === 'number' ? pino.destination({ fd: destination, sync: true }) : destination;
  return { write: (line) => out.write(format(redactJson(line))) };
}

/** A function and not pino-pretty's stream, which would hand a line on only after the call has returned. */
function prettyFormat(destination: number | LogDestination, withStack: boolean): (line: string) => string {
  return prettyFactory({
    colorize: typeof destination === 'number' && isColorSupported,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'name',
    singleLine: true,
    // A stack is readable only on lines of its own; without one, an error fits on the line of its event.
    errorLikeObjectKeys: withStack ? ['err'] : [],
  });
}
