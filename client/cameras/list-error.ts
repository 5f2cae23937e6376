import { StreamerError } from '../../shared/errors.js';

/** Something is wrong with the list of cameras itself. */
export function listError(sentence: string, cause?: unknown): StreamerError {
  return new StreamerError('CAMERA_LIST_INVALID', sentence, cause === undefined ? undefined : { cause });
}

/** The user asked to stop before there was a list, so that there is nothing to report. */
export function stoppedError(): StreamerError {
  return new StreamerError('CLIENT_CLOSING', 'Stopped before the list of cameras was there.');
}
