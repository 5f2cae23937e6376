import { StreamerError } from './errors.js';
import type { ValueSchema } from './option-schema.js';
import { redactText } from './redact.js';
import { nearest } from './suggestion.js';

/** One option of a command: what the command line, the environment and the configuration file know of it. */
export interface OptionEntry {
  /** `--port <number>`, `--no-loop`, or `[source...]` for the arguments without a flag. */
  readonly flags: string;
  /** Whether the flag may be given several times, each with one value. */
  readonly repeatable?: boolean;
  /** Environment variables that set it; the first that is set counts. */
  readonly env: readonly string[];
  /** Whether the configuration file may set it. */
  readonly inFile?: boolean;
  /** Its value is never shown. */
  readonly secret?: boolean;
  /** Heading in the help. */
  readonly group: string;
  readonly help: string;
  readonly schema: ValueSchema;
  readonly default: unknown;
}

/** The options of a command; the name of each is its key in the configuration file and in the configuration object. */
export type OptionTable = Readonly<Record<string, OptionEntry>>;

/** The value of every option of `T` after checking. */
export type OptionValues<T extends OptionTable> = {
  [K in keyof T]: (T[K]['schema'] extends ValueSchema<infer V> ? V : never) | T[K]['default'];
};

/** A value as it was given, with the words that name its place (`--port`, `STREAMER_PORT`). */
export interface GivenValue {
  readonly key: string;
  readonly value: unknown;
  readonly place: string;
  readonly code: 'BAD_USAGE' | 'BAD_CONFIG';
}

const ENV_PREFIX = 'STREAMER_';
const MAX_SHOWN_LENGTH = 60;

/** The defaults of all options. */
export function defaultsOf<T extends OptionTable>(table: T): { [K in keyof T]: T[K]['default'] } {
  const entries = Object.entries(table).map(([key, entry]) => [key, entry.default]);
  return Object.fromEntries(entries) as { [K in keyof T]: T[K]['default'] };
}

/** What the command line gave: `flags` holds the raw values by option name. */
export function givenByFlags(table: OptionTable, flags: Readonly<Record<string, unknown>>): GivenValue[] {
  return Object.entries(table)
    .filter(([key]) => flags[key] !== undefined)
    .map(([key, entry]) => ({ key, value: flags[key], place: flagName(entry), code: 'BAD_USAGE' }));
}

/** What the environment gave. */
export function givenByEnvironment(
  table: OptionTable,
  env: Readonly<Record<string, string | undefined>>,
): GivenValue[] {
  return Object.entries(table).flatMap(([key, entry]): GivenValue[] => {
    const place = entry.env.find((name) => env[name] !== undefined);
    return place === undefined ? [] : [{ key, value: env[place], place, code: 'BAD_CONFIG' }];
  });
}

/**
 * Checks every given value and returns them by option.
 *
 * @throws {StreamerError} with the code of the value when one is empty or wrong.
 */
export function checkedValues<T extends OptionTable>(table: T, given: readonly GivenValue[]): Partial<OptionValues<T>> {
  const values: Record<string, unknown> = {};
  for (const item of given) {
    const entry = table[item.key];
    if (entry) values[item.key] = checkedValue(entry, item);
  }
  return values as Partial<OptionValues<T>>;
}

/**
 * Names of STREAMER_… variables that set no option. One that is nearly the name of an option is a slip, which could
 * leave a server without its token, so it is refused.
 *
 * @throws {StreamerError} BAD_CONFIG
 */
export function unknownVariables(table: OptionTable, env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.values(table).flatMap((entry) => entry.env);
  // The prefix is left out of the comparison: it would make every variable look alike.
  const words = known.filter((name) => name.startsWith(ENV_PREFIX)).map((name) => name.slice(ENV_PREFIX.length));
  const unknown = Object.keys(env).filter((name) => name.startsWith(ENV_PREFIX) && !known.includes(name));
  for (const name of unknown) {
    const meant = nearest(name.slice(ENV_PREFIX.length), words);
    if (meant === null) continue;
    throw new StreamerError(
      'BAD_CONFIG',
      `${name} sets no option; did you mean ${ENV_PREFIX}${meant}? Unset it if not.`,
    );
  }
  return unknown;
}

/** The flag of an option without its argument: `--port`. */
export function flagName(entry: OptionEntry): string {
  return /--[a-z-]+/.exec(entry.flags)?.[0] ?? entry.flags.replace(/[[\].<>]/g, '');
}

function checkedValue(entry: OptionEntry, { value, place, code }: GivenValue): unknown {
  if (value === '' || value === null) throw new StreamerError(code, `${place} has no value; give one or leave it out.`);
  const result = entry.schema.safeParse(value);
  if (result.success) return result.data;
  const expected = entry.schema.description ?? 'something else';
  const shown = entry.secret ? '' : `, not ${shownValue(value)}`;
  const quotes = isTextWithoutQuotes(entry, value) ? '; put it in quotes' : '';
  throw new StreamerError(code, `${place} must be ${expected}${shown}${quotes}.`);
}

/** YAML reads `token: 12345` as a number, which only quotes change. */
function isTextWithoutQuotes(entry: OptionEntry, value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'boolean') && entry.schema.safeParse(String(value)).success;
}

function shownValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isWords = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (typeof value !== 'string' && !isWords) return Array.isArray(value) ? 'this list' : 'a map';
  const text = redactText(isWords ? value.join(' ') : value);
  return JSON.stringify(text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text);
}
