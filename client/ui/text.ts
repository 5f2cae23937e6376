import type { Glyphs } from './glyphs.js';

/** What one terminal cell can surely show: Latin, Greek, Cyrillic and plain punctuation. */
const UNSAFE = /[^\u0020-\u007e\u00a1-\u00ac\u00ae-\u02af\u0370-\u0482\u048a-\u052f\u2010-\u2027]/gu;

/**
 * Text that came from elsewhere (a stream name, a server's words) made harmless and one cell per character: escape
 * sequences lose their escape, line breaks become spaces, and what may be wider or narrower than a cell becomes `?`.
 */
export function safeText(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(UNSAFE, '?');
}

/** `text` in at most `columns` cells; what is cut off shows as an ellipsis of one cell. */
export function shortened(text: string, columns: number, { ellipsis }: Glyphs): string {
  if (text.length <= columns) return text;
  return columns <= 0 ? '' : text.slice(0, columns - 1) + ellipsis;
}

/** The first of `variants`, longest first, that fits into `columns` cells; the last one cut if none does. */
export function longestFitting(variants: readonly string[], columns: number): string {
  return variants.find((text) => text.length <= columns) ?? (variants.at(-1) ?? '').slice(0, Math.max(0, columns));
}
