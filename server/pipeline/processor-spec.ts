import { basename, extname, resolve } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { isPrintable, toPrintable } from '../../shared/protocol/printable.js';
import { redactText } from '../../shared/redact.js';
import { nearest } from '../../shared/suggestion.js';
import { parseWatermarkOptions, WATERMARK_PARAMETERS } from './watermark-options.js';

/** A processor as it was asked for: a built-in one, or a module of the user. */
export interface ProcessorSpec {
  /** `watermark`, `timecode`, or `module`. */
  readonly kind: 'watermark' | 'timecode' | 'module';
  /** Absolute path of the module; null for the built-in ones. */
  readonly path: string | null;
  /** What stands behind the `?`: each key once, values decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

const BUILT_IN = ['watermark', 'timecode'] as const;
const MODULE_EXTENSIONS = ['.mjs', '.js', '.cjs'];
const KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const MAX_PARAMETERS = 32;
const MAX_VALUE_LENGTH = 1024;
const MAX_PATH_LENGTH = 4096;
const MAX_SHOWN_LENGTH = 200;

/**
 * Parses `<FILE.mjs | watermark | timecode>[?key=value&…]`. Values may be percent-encoded; a plus sign is a plus sign.
 * A file of the name of a built-in processor is meant by `./watermark`. Whether a file exists is not checked.
 *
 * @param baseFolder absolute folder that a relative path starts from
 * @throws {StreamerError} BAD_USAGE
 */
export function parseProcessorSpec(text: string, baseFolder: string): ProcessorSpec {
  const queryAt = text.indexOf('?');
  const name = queryAt < 0 ? text : text.slice(0, queryAt);
  const parameters = queryAt < 0 ? {} : parseParameters(text.slice(queryAt + 1));
  const builtIn = BUILT_IN.find((known) => known === name);
  if (builtIn === undefined) return { kind: 'module', path: resolve(baseFolder, checkPath(name)), parameters };
  checkParameters(builtIn, parameters);
  return { kind: builtIn, path: null, parameters };
}

/** A processor in words: of a module its file's name alone, since folders and parameters may be nobody else's business. */
export function processorText({ kind, path, parameters }: ProcessorSpec): string {
  if (path !== null) return basename(path);
  const query = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return query.length === 0 ? kind : `${kind}?${query.join('&')}`;
}

function checkPath(name: string): string {
  if (name === '') throw refusal('A processor needs a name: a file, watermark or timecode.');
  if (name.length > MAX_PATH_LENGTH || name.includes('\0'))
    throw refusal(`The processor ${show(name)} is no file name.`);
  if (MODULE_EXTENSIONS.includes(extname(name))) return name;
  const meant = /[/\\]/.test(name) ? null : nearest(name, BUILT_IN);
  const hint = meant === null ? 'it is watermark, timecode, or a file that ends in .mjs.' : `did you mean ${meant}?`;
  throw refusal(`There is no processor ${show(name)}; ${hint}`);
}

function parseParameters(query: string): Record<string, string> {
  const seen = new Map<string, string>();
  for (const part of query === '' ? [] : query.split('&')) {
    const valueAt = part.indexOf('=');
    const key = valueAt < 0 ? part : part.slice(0, valueAt);
    if (!KEY.test(key)) throw refusal(`A processor's parameter cannot be named ${show(key)}.`);
    if (seen.has(key)) throw refusal(`The processor has the parameter ${key} twice.`);
    seen.set(key, valueAt < 0 ? '' : decodeValue(key, part.slice(valueAt + 1)));
  }
  if (seen.size > MAX_PARAMETERS) throw refusal(`A processor takes at most ${MAX_PARAMETERS} parameters.`);
  return Object.fromEntries(seen);
}

function decodeValue(key: string, encoded: string): string {
  const value = decodePercent(encoded);
  if (value === null) throw refusal(`The parameter ${key} has a % that is not followed by two digits; write %25.`);
  if (value.length > MAX_VALUE_LENGTH)
    throw refusal(`The parameter ${key} is longer than ${MAX_VALUE_LENGTH} characters.`);
  if (!isPrintable(value)) throw refusal(`The parameter ${key} has characters that cannot be shown.`);
  return value;
}

function decodePercent(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function checkParameters(processor: (typeof BUILT_IN)[number], parameters: Readonly<Record<string, string>>): void {
  const known = processor === 'watermark' ? WATERMARK_PARAMETERS : [];
  for (const key of Object.keys(parameters)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    const all = known.length === 0 ? 'it takes none.' : `it takes ${known.join(', ')}.`;
    throw refusal(`The ${processor} has no parameter ${show(key)}; ${meant === null ? all : `did you mean ${meant}?`}`);
  }
  if (processor === 'watermark') parseWatermarkOptions(parameters);
}

function show(text: string): string {
  const shown = toPrintable(redactText(text));
  return JSON.stringify(shown.length > MAX_SHOWN_LENGTH ? `${shown.slice(0, MAX_SHOWN_LENGTH)}…` : shown);
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
