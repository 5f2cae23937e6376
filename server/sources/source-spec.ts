import { parse } from 'node:path';
import { ALL_STREAMS, isStreamName } from '../../shared/stream-name.js';
import { parseDevice, parseUrl } from './live-spec.js';
import type { LiveSpec } from './live-spec.js';
import { parsePattern } from './pattern-spec.js';
import type { PatternSpec } from './pattern-spec.js';
import { refusal, shown } from './spec-text.js';

/** A video file, a folder of images, or a pattern of file names with `*`, `?` or `[…]`. */
export interface FileSpec {
  readonly kind: 'file';
  readonly name: string;
  readonly path: string;
}

/** Standard input: JPEGs one after the other, or any container. */
export interface StdinSpec {
  readonly kind: 'stdin';
  readonly name: string;
}

/** Where the frames of one stream come from, and what the stream is called. */
export type SourceSpec = FileSpec | PatternSpec | LiveSpec | StdinSpec;

const MAX_NAME_LENGTH = 64;

/**
 * Parses `[name=]<file | folder | glob | scheme://… | device:… | test:pattern[?…] | ->`.
 *
 * What stands before the first `=` is a name only when it has the form of one, so `./a=b.mp4` is a file; `file:`
 * before a path says that the rest is a path whatever it looks like. Whether the file exists is not checked.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function parseSourceSpec(text: string): SourceSpec {
  return parseNamed(text).spec;
}

/**
 * Parses all sources of a server. Names that were made up are made unique (`cam`, `cam-2`); given names must be.
 *
 * @throws {StreamerError} BAD_USAGE
 */
export function parseSourceSpecs(texts: readonly string[]): SourceSpec[] {
  const parsed = texts.map(parseNamed);
  if (parsed.filter(({ spec }) => spec.kind === 'stdin').length > 1)
    throw refusal('Standard input can be one source only.');
  const taken = new Set<string>([ALL_STREAMS]);
  for (const { spec, isNameGiven } of parsed) {
    if (!isNameGiven) continue;
    if (taken.has(spec.name)) throw refusal(`Two sources are named ${JSON.stringify(spec.name)}; names must differ.`);
    taken.add(spec.name);
  }
  return parsed.map(({ spec, isNameGiven }) => (isNameGiven ? spec : { ...spec, name: claimName(spec.name, taken) }));
}

/** The spec under the name that its address suggests, made unlike all that are `taken`. */
export function withFreeName<T extends SourceSpec>(spec: T, taken: Iterable<string>): T {
  return { ...spec, name: claimName(legible(spec).name, new Set([ALL_STREAMS, ...taken])) };
}

interface NamedSpec {
  readonly spec: SourceSpec;
  readonly isNameGiven: boolean;
}

function parseNamed(text: string): NamedSpec {
  const separator = text.indexOf('=');
  const prefix = text.slice(0, Math.max(0, separator));
  const isNameGiven = isStreamName(prefix);
  if (prefix === ALL_STREAMS) throw refusal(`A source cannot be named "${ALL_STREAMS}", which means every stream.`);
  const location = isNameGiven ? text.slice(separator + 1) : text;
  const spec = parseLocation(location, text);
  return { spec: isNameGiven ? { ...spec, name: prefix } : spec, isNameGiven };
}

function parseLocation(location: string, text: string): SourceSpec {
  if (location === '-') return { kind: 'stdin', name: 'stdin' };
  if (location.startsWith('test:')) return parsePattern(location.slice('test:'.length));
  if (location.startsWith('device:')) return legible(parseDevice(location.slice('device:'.length)));
  if (/^(?!file:)[a-z][a-z0-9+.-]*:\/\//i.test(location)) return legible(parseUrl(location));
  const path = location.replace(/^file:/, '');
  if (path === '') throw refusal(`The source ${shown(text)} names no file.`);
  if (path.includes('\0')) throw refusal(`The source ${shown(text)} has a NUL character in its file name.`);
  return legible({ kind: 'file', name: parse(path).name, path });
}

/** Gives the spec a name in the characters that a stream name may have. */
function legible<T extends SourceSpec>(spec: T): T {
  const characters = spec.name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, MAX_NAME_LENGTH);
  const name = characters.replaceAll(/^-+|-+$/g, '');
  return { ...spec, name: isStreamName(name) ? name : 'video' };
}

function claimName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) {
    const suffix = `-${n}`;
    name = wanted.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
  }
  taken.add(name);
  return name;
}
