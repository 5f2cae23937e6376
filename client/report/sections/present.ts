import type { Section } from '../page.js';

/** The sections there are: builders give null where nothing was measured that they could show. */
export function present(...sections: readonly (Section | null)[]): Section[] {
  return sections.filter((section) => section !== null);
}
