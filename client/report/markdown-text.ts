import type { TableColumn } from './page.js';
import { shownText } from './shown-text.js';

/** Names and errors that are longer say no more in a table. */
const MAX_LENGTH = 400;

/**
 * Text from anywhere as text of GitHub Flavored Markdown, also in a table: no markup, no HTML, no address that becomes a
 * link, no name that is notified and no number that becomes a reference.
 */
export function markdownText(text: string): string {
  const shown = shownText(text.trim());
  const characters = [...shown];
  const short = characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH - 1).join('')}…` : shown;
  return (
    short
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*_{}[\]|~$^]/g, '\\$&')
      // At the beginning of a line these would make a list, a heading or a rule.
      .replace(/^(?:[-+=#](?=[\s\-=#]|$)|\d+[.)](?=\s|$))/, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`)
      // A comment in between takes the meaning of `@name`, `#123`, `GH-1` and `http://…` away and is not shown.
      .replace(/[@#](?=\w)|\bGH-(?=\d)|:(?=\/\/)|\bwww(?=\.)/gi, '$&<!-- -->')
  );
}

/** A table of texts, which are escaped here. */
export function markdownTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ label }) => markdownText(label))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(markdownText))),
  ].join('\n');
}
