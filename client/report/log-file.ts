import { accessSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import type { LogDestination } from '../../shared/logger.js';

/**
 * A file that log lines are appended to, each before the call returns. A new one is made with the first line, so that a run
 * that is refused leaves none; only the user may read it, since it holds addresses.
 *
 * @throws {StreamerError} FILE_WRITE_FAILED where none could be made, so that a long run does not find out at its end.
 */
export function openLogFile(path: string): LogDestination {
  checkWritable(path);
  let file: number | null = null;
  let isBroken = false;
  return {
    write: (line) => {
      if (isBroken) return;
      // A disk that is full must not end the run; that is told when the report is written.
      try {
        file ??= openSync(path, 'a', 0o600);
        writeSync(file, line);
      } catch {
        isBroken = true;
      }
    },
  };
}

/** A log that goes to all of `destinations`. */
export function toAll(destinations: readonly LogDestination[]): LogDestination {
  return { write: (line) => destinations.forEach((destination) => destination.write(line)) };
}

function checkWritable(path: string): void {
  try {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts) accessSync(path, constants.W_OK);
    else accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (!facts?.isDirectory()) return;
  } catch (cause) {
    throw refusal(path, cause);
  }
  throw refusal(path);
}

function refusal(path: string, cause?: unknown): StreamerError {
  return new StreamerError('FILE_WRITE_FAILED', `Cannot write the log to ${path}; check the folder.`, { cause });
}
