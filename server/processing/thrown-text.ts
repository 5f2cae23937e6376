import { toPrintable } from '../../shared/protocol/printable.js';
import { redactText } from '../../shared/redact.js';

const MAX_LENGTH = 500;
/** More is not looked at; it may be megabytes. */
const MAX_READ_LENGTH = 4 * MAX_LENGTH;

/** What was thrown, as one line that can be logged, whatever it is and however long. */
export function thrownText(thrown: unknown): string {
  const text = toPrintable(redactText(rawText(thrown).slice(0, MAX_READ_LENGTH))).trim();
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** An object may throw when it is turned into text. */
function rawText(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown);
    return thrown.message === '' ? thrown.name : thrown.message;
  } catch {
    return 'something that cannot be shown was thrown';
  }
}
