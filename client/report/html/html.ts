import { shownText } from '../shown-text.js';

/** Markup that is complete: every text in it has been escaped. */
export class Html {
  private constructor(readonly markup: string) {}

  /** For markup that we wrote ourselves, such as a style sheet. */
  static trusted(markup: string): Html {
    return new Html(markup);
  }

  /** Puts markup together; everything that is not `Html` is a text and escaped. */
  static of(strings: readonly string[], values: readonly HtmlValue[]): Html {
    return new Html(strings.reduce((markup, text, index) => markup + markupOf(values[index - 1] ?? null) + text));
  }
}

/** What may stand in a template; null is nothing, and an array one after the other. */
export type HtmlValue = Html | string | number | null | readonly HtmlValue[];

/**
 * Markup as a template: `html\`<td class="name">${name}</td>\``. Values stand between tags or in quoted attributes, and
 * never in a tag's name, a script or a style sheet.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.of(strings, values);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text from anywhere as text of a page: nothing in it is markup, and it cannot turn what stands beside it around. */
export function escapedText(text: string): string {
  return shownText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

function markupOf(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return escapedText(String(value));
}
