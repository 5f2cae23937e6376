/** Control, format (these reorder text on a terminal), surrogate without its pair, line and paragraph separators. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const EACH_NOT_PRINTABLE = new RegExp(NOT_PRINTABLE, 'gu');

/** Whether a terminal shows `text` as it is: no control or formatting characters, no broken Unicode. */
export function isPrintable(text: string): boolean {
  return !NOT_PRINTABLE.test(text);
}

/** `text` on one line and safe for a terminal: white space becomes a space, anything else not printable U+FFFD. */
export function toPrintable(text: string): string {
  return text.replace(/[\t\n\r]+/g, ' ').replace(EACH_NOT_PRINTABLE, '\uFFFD');
}
