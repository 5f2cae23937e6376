/** Controls, halves of characters, and what turns the direction of the text around it (Trojan Source, CVE-2021-42574). */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/** Text from anywhere on one line, with U+FFFD for what cannot be shown or would change how what is beside it looks. */
export function shownText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(UNSHOWABLE, '\ufffd');
}
