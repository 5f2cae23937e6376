import { openSync, writeSync } from 'node:fs';
import { StreamerError } from '../../shared/errors.js';
import type { LogDestination } from '../../shared/logger.js';

/**
 * A file that log lines are appended to, each before the call returns. A new one only the user may read: it holds addresses.
 *
 * @throws {StreamerError} FILE_WRITE_FAILED, so that a long run does not find out at its end.
 */
export function openLogFile(path: string): LogDestination {
  const file = opened(path);
  let isBroken = false;
  return {
    write: (line) => {
      if (!isBroken) isBroken = !wasWritten(file, line);
    },
  };
}

/** A log that goes to all of `destinations`. */
export function toAll(destinations: readonly LogDestination[]): LogDestination {
  return { write: (line) => destinations.forEach((destination) => destination.write(line)) };
}

/** A disk that is full must not end the run; that is told when the report is written. */
function wasWritten(file: number, line: string): boolean {
  try {
    writeSync(file, line);
    return true;
  } catch {
    return false;
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new StreamerError('FILE_WRITE_FAILED', `Cannot write the log to ${path}; check the folder.`, { cause });
  }
}
