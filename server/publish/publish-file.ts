import { StreamerError } from '../../shared/errors.js';
import type { GivenValue } from '../../shared/option-table.js';
import { nearest } from '../../shared/suggestion.js';
import { parseConfigFile } from '../config-file.js';
import type { FileEntry } from '../config-file.js';
import { PUBLISH_OPTIONS } from './publish-options.js';
import { VIDEO_KEYS } from './publish-schema.js';

type OptionKey = keyof typeof PUBLISH_OPTIONS;

/** Keys of testers of RTSP servers, in the sections they stand in, and the options of ours that they set. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, OptionKey>>>> = {
  publisher: {
    codec: 'codec',
    preset: 'preset',
    bitrate: 'bitrate',
    pixel_format: 'pixelFormat',
    rtsp_url: 'to',
  },
  load_test: { concurrent_streams: 'streams', duration: 'duration', report_interval: 'reportInterval' },
  limits: { max_streams: 'maxStreams', max_cpu_percent: 'maxCpuPercent', max_memory_percent: 'maxMemoryPercent' },
  monitoring: { log_level: 'logLevel' },
};
const VIDEO_SOURCES = 'video_sources';
const RTSP_SERVER = 'rtsp_server';
const RTSP_SERVER_KEYS = ['url', 'host', 'port', 'path'];

/** Levels by their names in Python. */
const LEVELS: Readonly<Record<string, string>> = {
  warning: 'warn',
  critical: 'error',
  fatal: 'error',
  notset: 'trace',
};

const OWN_KEYS = Object.entries(PUBLISH_OPTIONS).flatMap(([key, entry]) => ('inFile' in entry ? [key] : []));

/**
 * What a configuration file gives: our options by their names, and the sections of an RTSP load tester's file, in any mix.
 *
 * @throws {StreamerError} BAD_CONFIG for what is no such file, or says one thing twice; UNKNOWN_KEY.
 */
export function givenByPublishFile(text: string, fileName: string): GivenValue[] {
  const given = new Map<string, GivenValue>();
  for (const value of parseConfigFile(text, fileName).flatMap((entry) => valuesOf(entry, fileName))) {
    const before = given.get(value.key);
    if (before) throw bad(`${value.place} says again what ${before.place} says; leave one out.`);
    given.set(value.key, value);
  }
  return [...given.values()];
}

function valuesOf({ key, value, line }: FileEntry, fileName: string): GivenValue[] {
  const at = `in ${fileName} line ${line}`;
  const section = Object.hasOwn(SECTIONS, key) ? SECTIONS[key] : undefined;
  if (section) return sectionValues(key, section, value, at);
  if (key === RTSP_SERVER)
    return [{ key: 'to', value: addressOf(value, at), place: `${key} ${at}`, code: 'BAD_CONFIG' }];
  if (key === VIDEO_SOURCES) checkVideos(value, at);
  else checkKey(key, [...OWN_KEYS, ...Object.keys(SECTIONS), VIDEO_SOURCES, RTSP_SERVER], at, '');
  const name = key === VIDEO_SOURCES ? 'video' : key;
  return [{ key: name, value, place: `${key} ${at}`, code: 'BAD_CONFIG' }];
}

function sectionValues(
  name: string,
  section: Readonly<Record<string, OptionKey>>,
  value: unknown,
  at: string,
): GivenValue[] {
  return Object.entries(mapOf(value, name, at)).map(([key, inner]) => {
    checkKey(key, Object.keys(section), at, `${name}.`);
    const option = section[key] ?? 'config';
    const given = option === 'logLevel' ? levelOf(inner) : inner;
    return { key: option, value: given, place: `${name}.${key} ${at}`, code: 'BAD_CONFIG' };
  });
}

function checkVideos(value: unknown, at: string): void {
  const videos: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const video of videos) {
    if (typeof video !== 'object' || video === null) continue;
    for (const key of Object.keys(video)) checkKey(key, VIDEO_KEYS, at, `${VIDEO_SOURCES}.`);
  }
}

/** The address of the server from its parts. */
function addressOf(value: unknown, at: string): string {
  const server = mapOf(value, RTSP_SERVER, at);
  for (const key of Object.keys(server)) checkKey(key, RTSP_SERVER_KEYS, at, `${RTSP_SERVER}.`);
  const { url, host = '127.0.0.1', port = 8554, path = '' } = server;
  if (typeof url === 'string') return url;
  const hasParts = isHost(host) && typeof port === 'number' && typeof path === 'string';
  // A key with nothing after it is as good as none.
  if (!hasParts || (url !== undefined && url !== null)) {
    throw bad(`${RTSP_SERVER} ${at} must be a map with host, port and path, or with url.`);
  }
  return `rtsp://${host.includes(':') ? `[${host}]` : host}:${port}/${path.replace(/^\/+/, '')}`;
}

/** Whether it would be all of the host in an address, and nothing but that. */
function isHost(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s\p{Cc}@/?#\\[\]]+$/u.test(value);
}

function mapOf(value: unknown, name: string, at: string): Readonly<Record<string, unknown>> {
  // A section with nothing in it.
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw bad(`${name} ${at} must be a map of keys and values.`);
}

function checkKey(key: string, known: readonly string[], at: string, section: string): void {
  if (known.includes(key)) return;
  const meant = nearest(key, known);
  const hint = meant === null ? `the keys are ${known.join(', ')}.` : `did you mean ${section}${meant}?`;
  const place = at.replace(/^in /, '');
  throw new StreamerError('UNKNOWN_KEY', `${place}: there is no key ${JSON.stringify(section + key)}; ${hint}`);
}

function levelOf(value: unknown): unknown {
  return typeof value === 'string' ? (LEVELS[value.toLowerCase()] ?? value) : value;
}

function bad(sentence: string): StreamerError {
  return new StreamerError('BAD_CONFIG', sentence);
}
