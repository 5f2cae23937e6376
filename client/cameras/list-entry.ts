/** One entry of a list of cameras as it came. All of it is as the list wrote it, and may be anything. */
export interface ListEntry {
  /** What came from JSON or CSV; null for a line of a plain list. */
  readonly fields: unknown;
  /** Where the entry is nothing but an address. */
  readonly url: string | null;
  /** Where the list itself gives it a name. */
  readonly name: string | null;
}

/** An entry of JSON: an object with fields, or just the address. */
export function jsonEntry(value: unknown): ListEntry {
  return typeof value === 'string'
    ? { fields: null, url: value, name: null }
    : { fields: value, url: null, name: null };
}
