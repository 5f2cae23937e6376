import type { ErrorCode } from '../errors.js';

const FINAL_CODES: ReadonlySet<ErrorCode> = new Set([
  'BAD_VERSION',
  'BAD_TOKEN',
  'BAD_MESSAGE',
  'MESSAGE_TOO_LONG',
  'UNEXPECTED_MESSAGE',
  'TOO_MANY_MESSAGES',
  'UNKNOWN_STREAM',
  'KICKED',
]);

/**
 * Whether a server that refused a client with `code` would do so at the next attempt, too (docs/protocol.md, "Errors"), so
 * that a client does not connect anew by itself.
 */
export function isFinal(code: ErrorCode): boolean {
  return FINAL_CODES.has(code);
}
