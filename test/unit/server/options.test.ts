import { describe, expect, it } from 'vitest';
import { SERVER_OPTIONS } from '../../../server/options.js';
import type { OptionEntry } from '../../../shared/option-table.js';

const entries = Object.entries<OptionEntry>(SERVER_OPTIONS);

function variableOf(key: string): string {
  return `STREAMER_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

describe('the table of server options', () => {
  it.each(entries)('%s: flag and variable follow from the key', (key, entry) => {
    const kebab = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const flags = key === 'sources' ? /^\[source\.\.\.\]$/ : new RegExp(`^--(no-)?${kebab}( <[a-z]+(\\.{3})?>)?$`);
    expect(entry.flags).toMatch(flags);
    expect(entry.env[0]).toBe(variableOf(key));
  });

  it.each(entries)('%s: the default passes its own check, and the check says what it takes', (_key, entry) => {
    if (entry.default !== null) expect(entry.schema.parse(entry.default)).toEqual(entry.default);
    expect(entry.schema.description).toMatch(/\w/);
  });

  it('gives every option but the file itself a key in the file', () => {
    expect(entries.filter(([, entry]) => !entry.inFile).map(([key]) => key)).toEqual(['config']);
  });

  it('hides the value of the token', () => {
    expect(SERVER_OPTIONS.token.secret).toBe(true);
  });
});
