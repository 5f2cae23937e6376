import { parse } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { frameRateFromText } from '../../shared/number-text.js';
import { redactUrl } from '../../shared/redact.js';
import { ALL_STREAMS, isStreamName } from '../../shared/stream-name.js';
import { nearest } from '../../shared/suggestion.js';

/** Names of the test patterns; what each shows is in pattern-graph.ts. */
export const PATTERN_NAMES = ['bars', 'testsrc', 'gradient', 'noise', 'life'] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** A video file. */
export interface FileSpec {
  readonly kind: 'file';
  readonly name: string;
  readonly path: string;
}

/** A picture that FFmpeg makes up: `width` x `height` pixels, `fps` frames per second. */
export interface PatternSpec {
  readonly kind: 'pattern';
  readonly name: string;
  readonly pattern: PatternName;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** Where the frames of one stream come from, and what the stream is called. */
export type SourceSpec = FileSpec | PatternSpec;

const DEFAULT_SHAPE = { width: 1280, height: 720, fps: 30 };
const MIN_SIZE = 16;
const MAX_WIDTH = 7680;
const MAX_HEIGHT = 4320;
const MAX_FPS = 240;
const MAX_NAME_LENGTH = 64;
const MAX_SHOWN_LENGTH = 200;
const PARAMETERS = ['size', 'fps'];

/**
 * Parses `[name=]<file | test:pattern[?size=1280x720&fps=30]>`.
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
  const taken = new Set<string>([ALL_STREAMS]);
  for (const { spec, isNameGiven } of parsed) {
    if (!isNameGiven) continue;
    if (taken.has(spec.name)) throw refusal(`Two sources are named ${JSON.stringify(spec.name)}; names must differ.`);
    taken.add(spec.name);
  }
  return parsed.map(({ spec, isNameGiven }) => (isNameGiven ? spec : { ...spec, name: claimName(spec.name, taken) }));
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
  if (location.startsWith('test:')) return parsePattern(location.slice('test:'.length));
  if (/^(?!file:)[a-z][a-z0-9+.-]*:\/\//i.test(location)) {
    throw refusal(`${show(text)} is a network source; this version reads files and test patterns.`);
  }
  const path = location.replace(/^file:/, '');
  if (path === '') throw refusal(`The source ${show(text)} names no file.`);
  if (path.includes('\0')) throw refusal(`The source ${show(text)} has a NUL character in its file name.`);
  return { kind: 'file', name: nameOfFile(path), path };
}

function parsePattern(text: string): PatternSpec {
  const [name = '', query] = splitOnce(text, '?');
  const pattern = PATTERN_NAMES.find((known) => known === name);
  if (!pattern) {
    const meant = nearest(name, PATTERN_NAMES);
    const hint = meant === null ? `the patterns are ${PATTERN_NAMES.join(', ')}.` : `did you mean test:${meant}?`;
    throw refusal(`There is no test pattern ${show(name)}; ${hint}`);
  }
  const shape = query === undefined ? DEFAULT_SHAPE : parseShape(query);
  return { kind: 'pattern', name: `test-${pattern}`, pattern, ...shape };
}

function parseShape(query: string): typeof DEFAULT_SHAPE {
  const seen = new Map<string, string>();
  for (const part of query.split('&')) {
    const [key = '', value = ''] = splitOnce(part, '=');
    if (!PARAMETERS.includes(key)) {
      const meant = nearest(key, PARAMETERS);
      const hint = meant === null ? 'it knows size and fps.' : `did you mean ${meant}?`;
      throw refusal(`A test pattern has no parameter ${show(key)}; ${hint}`);
    }
    if (seen.has(key)) throw refusal(`The test pattern has ${key} twice.`);
    seen.set(key, value);
  }
  const size = seen.get('size');
  const fps = seen.get('fps');
  return {
    ...DEFAULT_SHAPE,
    ...(size === undefined ? {} : parseSize(size)),
    ...(fps === undefined ? {} : { fps: parseFps(fps) }),
  };
}

function parseSize(text: string): { width: number; height: number } {
  const [, width = 0, height = 0] = (/^(\d{1,5})x(\d{1,5})$/.exec(text) ?? []).map(Number);
  const fits = width >= MIN_SIZE && width <= MAX_WIDTH && height >= MIN_SIZE && height <= MAX_HEIGHT;
  if (fits) return { width, height };
  throw refusal(`The size must be from ${MIN_SIZE}x${MIN_SIZE} to ${MAX_WIDTH}x${MAX_HEIGHT}, not ${show(text)}.`);
}

function parseFps(text: string): number {
  const fps = frameRateFromText(text);
  if (fps !== null && fps >= 1 && fps <= MAX_FPS) return fps;
  throw refusal(`The fps must be a number from 1 to ${MAX_FPS} or a fraction such as 30000/1001, not ${show(text)}.`);
}

/** The file's base name without extension, in the characters a stream name may have. */
function nameOfFile(path: string): string {
  const legible = parse(path)
    .name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .slice(0, MAX_NAME_LENGTH);
  const name = legible.replaceAll(/^-+|-+$/g, '');
  return isStreamName(name) ? name : 'video';
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

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function show(text: string): string {
  const shown = redactUrl(text);
  return JSON.stringify(shown.length > MAX_SHOWN_LENGTH ? `${shown.slice(0, MAX_SHOWN_LENGTH)}…` : shown);
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
