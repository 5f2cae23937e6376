import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';

const MAX_SHOWN_LENGTH = 200;

/** What stands before and behind the first `separator`; one part where there is none. */
export function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** A part of a source in quotes, for a message: without secrets, on one line, not too long. */
export function shown(text: string): string {
  const safe = redactUrl(text);
  return JSON.stringify(safe.length > MAX_SHOWN_LENGTH ? `${safe.slice(0, MAX_SHOWN_LENGTH)}…` : safe);
}

/** A source that cannot be what it says. */
export function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
