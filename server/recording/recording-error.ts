import { StreamerError } from '../../shared/errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);
/** How FFmpeg, which tells no code, says it. */
const NO_ROOM_IN_WORDS = /No space left on device|Disk quota exceeded/;

/** What a recording into `directory` fails with when the system, or FFmpeg, fails with `cause`. */
export function recordingError(cause: unknown, directory: string): StreamerError {
  if (cause instanceof StreamerError && cause.code === 'RECORDING_FAILED') return cause;
  if (isNoRoom(cause)) {
    const advice = 'make room or delete old files with --record-keep, then start it again';
    return new StreamerError('DISK_FULL', toPrintable(`No room is left to record into ${directory}; ${advice}.`), {
      cause,
    });
  }
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
  const message = `Recording into ${directory} failed: ${reason}. Correct that, then start it again.`;
  return new StreamerError('RECORDING_FAILED', toPrintable(message), { cause });
}

/** Whether the disk, or what this user may have of it, is full. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && NO_ROOM.has(error.code)) return true;
  return error instanceof StreamerError && error.code === 'FFMPEG_FAILED' && NO_ROOM_IN_WORDS.test(wordsOf(error));
}

function wordsOf({ message, cause }: StreamerError): string {
  return cause instanceof Error ? `${message}\n${cause.message}` : message;
}
