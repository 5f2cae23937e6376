const STREAM_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Means every stream where a stream is chosen, so no stream may be called that. */
export const ALL_STREAMS = 'all';

/**
 * Whether `text` can name a stream: 1 to 64 letters, digits, `_`, `.` and `-`, at least one of them a letter or digit
 * (`..` would climb out of a folder), and safe in a URL path and a file name as it is.
 */
export function isStreamName(text: string): boolean {
  return STREAM_NAME.test(text) && /[A-Za-z0-9]/.test(text);
}
