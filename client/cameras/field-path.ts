import { toPrintable } from '../../shared/protocol/printable.js';

const MAX_SHOWN_NAME_LENGTH = 40;
const MAX_SHOWN_NAMES = 12;

/**
 * The value of the field at `path` (names with dots between them) in what came from JSON; undefined where there is none.
 * A field whose own name has the dots comes first. Only fields of the object itself count, none of its prototype.
 */
export function fieldOf(value: unknown, path: string): unknown {
  if (hasField(value, path)) return value[path];
  let found = value;
  for (const name of path.split('.')) {
    if (!hasField(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/** Whether `value` is an object, and no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text or a number, true or false as text, which is how fields are compared; null for anything else. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** Names of fields for a message: printable, not too long and not too many. */
export function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_SHOWN_NAMES).map((name) => shownName(name));
  const more = names.length - shown.length;
  if (shown.length === 0) return 'none';
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function shownName(name: string): string {
  const text = toPrintable(name);
  return text.length > MAX_SHOWN_NAME_LENGTH ? `${text.slice(0, MAX_SHOWN_NAME_LENGTH)}…` : text;
}

function hasField(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.hasOwn(value, name);
}
