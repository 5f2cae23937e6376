import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';
import { ALL_STREAMS, isStreamName } from '../../shared/stream-name.js';
import { nearest } from '../../shared/suggestion.js';
import { parseProtocolAddress } from './protocol-address.js';

/** How each kind of path is called, by the scheme of its address. */
const KIND_OF_SCHEME = {
  streamer: 'streamer',
  ws: 'websocket',
  wss: 'websocket',
  http: 'http',
  https: 'http',
  rtsp: 'rtsp',
  rtsps: 'rtsp',
  rtmp: 'rtmp',
  rtmps: 'rtmp',
  srt: 'srt',
  udp: 'udp',
  rtp: 'rtp',
  tcp: 'tcp',
  file: 'file',
} as const;

/** Kind of a path; `hls` is an address of http:// whose path ends in .m3u8. */
export type PathKind = (typeof KIND_OF_SCHEME)[keyof typeof KIND_OF_SCHEME] | 'hls';

/** One path to be measured. */
export interface ProbeTarget {
  /** What it is called in tables and reports, different for each. */
  readonly name: string;
  readonly kind: PathKind;
  /** The address, or the path of a file. */
  readonly url: string;
  /** The address without its secrets. */
  readonly shownUrl: string;
}

/** Paths measured at once at most; each may be a child that decodes video. */
export const MAX_TARGETS = 64;
const MAX_URL_LENGTH = 2048;
const MAX_NAME_LENGTH = 64;

/**
 * Parses `[label=]URL` for each of `texts`. A path without a label is called after its kind (`rtsp`), and where there are
 * several of that kind after its address too (`rtsp-cam1`).
 *
 * @throws {StreamerError} BAD_USAGE; passwords are not shown.
 */
export function parseTargets(texts: readonly string[], most = MAX_TARGETS): ProbeTarget[] {
  if (texts.length === 0) throw refusal('Give at least one URL to measure, such as rtsp://host:8554/cam.');
  if (texts.length > most) throw refusal(`At most ${most} URLs can be measured at once.`);
  const parsed = texts.map(parseLabelled);
  const taken = new Set<string>();
  for (const { label } of parsed) {
    if (label === null) continue;
    if (taken.has(label)) throw refusal(`Two URLs have the label ${JSON.stringify(label)}; labels must differ.`);
    taken.add(label);
  }
  const unlabelled = new Map<PathKind, number>();
  for (const { label, kind } of parsed) {
    if (label === null) unlabelled.set(kind, (unlabelled.get(kind) ?? 0) + 1);
  }
  const numbers = new Map<string, number>();
  return parsed.map(({ label, kind, url }) => {
    const isAlone = unlabelled.get(kind) === 1;
    const name = label ?? claimName(isAlone ? kind : `${kind}-${lastPart(url)}`, taken, numbers);
    return { name, kind, url, shownUrl: redactUrl(url) };
  });
}

interface Labelled {
  readonly label: string | null;
  readonly kind: PathKind;
  readonly url: string;
}

/** What stands before the first `=` is a label only when it has the form of one. */
function parseLabelled(text: string): Labelled {
  const separator = text.indexOf('=');
  const prefix = text.slice(0, Math.max(0, separator));
  const label = isStreamName(prefix) ? prefix : null;
  if (label === ALL_STREAMS) throw refusal(`A label cannot be "${ALL_STREAMS}".`);
  const url = label === null ? text : text.slice(separator + 1);
  return { label, ...parseAddress(url) };
}

function parseAddress(text: string): { kind: PathKind; url: string } {
  if (text === '') throw refusal('A URL is empty.');
  if (text.length > MAX_URL_LENGTH)
    throw refusal(`A URL may have ${MAX_URL_LENGTH} characters; one has ${text.length}.`);
  if (/\p{Cc}/u.test(text)) throw refusal(`${shown(text)} has a control character.`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'file', url: text.replace(/^file:/, '') };
  if (!isScheme(scheme)) throw unknownScheme(scheme, text);
  const kind = KIND_OF_SCHEME[scheme];
  if (kind === 'file') return { kind, url: text.slice('file://'.length) };
  if (kind === 'streamer') parseProtocolAddress(text);
  if (kind === 'websocket' && text.includes('#')) throw refusal(`${shown(text)} has a part after #; leave it out.`);
  if (text.includes(' ')) throw refusal(`${shown(text)} has a space; write it as %20.`);
  // FFmpeg's own addresses may have an @ before the host (udp://@:1234), which no other reader of URLs takes.
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host === '') throw refusal(`${shown(text)} names no host.`);
  if (NEEDS_PORT.has(kind) && !/:\d{1,5}$/.test(host)) throw refusal(`${shown(text)} names no port.`);
  if (!NEEDS_PORT.has(kind) && !URL.canParse(text)) throw refusal(`${shown(text)} is no address; check host and port.`);
  return { kind: kind === 'http' && isPlaylist(text) ? 'hls' : kind, url: text };
}

const NEEDS_PORT: ReadonlySet<PathKind> = new Set<PathKind>(['srt', 'udp', 'rtp', 'tcp']);

function isScheme(scheme: string): scheme is keyof typeof KIND_OF_SCHEME {
  return Object.hasOwn(KIND_OF_SCHEME, scheme);
}

function isPlaylist(url: string): boolean {
  return /\.m3u8$/i.test(new URL(url).pathname);
}

function unknownScheme(scheme: string, text: string): StreamerError {
  const schemes = Object.keys(KIND_OF_SCHEME);
  const meant = nearest(scheme, schemes);
  const hint = meant === null ? `the schemes are ${schemes.join(', ')}.` : `did you mean ${meant}://?`;
  return refusal(`${shown(text)} has a scheme that is not known; ${hint}`);
}

/** `cam1` for `rtsp://host:8554/live/cam1?x=y`, in the characters of a name. */
function lastPart(url: string): string {
  const path = redactUrl(url)
    .replace(/^[a-z0-9+.-]+:\/\/(?:[^/?#]*@)?/i, '')
    .replace(/[?#].*$/, '');
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  return last.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
}

/** @param numbers the highest number behind each name, so that thousands of the same name are not tried one by one */
function claimName(wanted: string, taken: Set<string>, numbers: Map<string, number>): string {
  const base = wanted.slice(0, MAX_NAME_LENGTH).replace(/-$/, '');
  let name = base;
  for (let n = (numbers.get(base) ?? 1) + 1; taken.has(name); n += 1) {
    name = `${base.slice(0, MAX_NAME_LENGTH - `-${n}`.length)}-${n}`;
    numbers.set(base, n);
  }
  taken.add(name);
  return name;
}

function shown(text: string): string {
  return JSON.stringify(redactUrl(text).slice(0, 200));
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
