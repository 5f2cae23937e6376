import { resolve } from 'node:path';
import { StreamerError } from '../shared/errors.js';
import type { LogLevel } from '../shared/log-level.js';
import {
  type GivenValue,
  checkedValues,
  defaultsOf,
  givenByEnvironment,
  givenByFlags,
  unknownVariables,
} from '../shared/option-table.js';
import { nearest } from '../shared/suggestion.js';
import { type FileEntry, parseConfigFile } from './config-file.js';
import { SERVER_OPTIONS } from './options.js';
import type { ServerOptionValues } from './options.js';
import { publishedToOwn } from './own-mediamtx-address.js';
import { streamsFrom } from './stream-config.js';
import { STREAM_OPTIONS } from './stream-options.js';
import type { StreamOptionValues } from './stream-options.js';
import type { StreamSettings } from './stream-settings.js';

/** The configuration of a server: complete, checked and frozen. */
export type ServerConfig = Readonly<{
  host: string;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Port of the classic wire; 0 takes a free one, null serves none. */
  classicPort: number | null;
  maxClients: number;
  /** Most streams at once, those added while running included. */
  maxStreams: number;
  token: string | null;
  adminToken: string | null;
  /** Files of the certificate and its key; null serves without TLS. */
  tls: { readonly certPath: string; readonly keyPath: string } | null;
  /** Most bytes a second for one client; null sets no limit. */
  maxClientBytesPerSecond: number | null;
  /** Port of the web interface and the API; 0 takes a free one, null serves none. */
  httpPort: number | null;
  /** Hosts that sources added over HTTP may be at; null allows any. */
  allowSources: readonly string[] | null;
  /** Folder of recordings started over HTTP. */
  recordingsDirectory: string;
  /** Origins whose pages may use the API. */
  corsOrigins: readonly string[];
  /** Names that a server without a token answers to besides its own. */
  publicHosts: readonly string[];
  trustedProxies: readonly string[];
  /** Start MediaMTX; streams whose address is not known yet go there, see `publishedTo`. */
  mediamtx: boolean;
  logLevel: LogLevel;
  /** Only check the configuration and the sources. */
  check: boolean;
  streams: readonly StreamSettings[];
  /** What holds for streams that say nothing else, those added while running included. */
  streamValues: StreamOptionValues;
}>;

/** Everything a configuration is made from. */
export interface ConfigInputs {
  /** Raw values from the command line, by option. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file, if there is one, and its name for errors. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  /** What is streamed when no source is given anywhere, written as on the command line. */
  readonly defaultSource: string;
}

/** A configuration, and sentences for the log about what was ignored. */
export interface ResolvedConfig {
  readonly config: ServerConfig;
  readonly warnings: readonly string[];
}

/**
 * The configuration from flag, environment, file and default, the first of these that has a value. All given values
 * are checked, also those that do not count.
 *
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for the environment and the file, UNKNOWN_KEY for a key.
 */
export function resolveConfig({ flags, env, file, defaultSource }: ConfigInputs): ResolvedConfig {
  const byFlags = givenByFlags(SERVER_OPTIONS, flags);
  const byEnv = givenByEnvironment(SERVER_OPTIONS, env);
  const flagValues = checkedValues(SERVER_OPTIONS, byFlags);
  const envValues = checkedValues(SERVER_OPTIONS, byEnv);
  const unknown = unknownVariables(SERVER_OPTIONS, env);
  const byFile = file ? givenByFile(parseConfigFile(file.text, file.name), file.name) : [];
  const fileValues = checkedValues(SERVER_OPTIONS, byFile);

  const given = [...byFlags, ...byEnv, ...byFile];
  const values = publishedToOwn({ ...defaultsOf(SERVER_OPTIONS), ...fileValues, ...envValues, ...flagValues }, given);
  checkPorts(values, given);
  const tls = tlsFiles(values, given);
  const blamed = given.find(({ key }) => key === 'sources') ?? { place: 'The source', code: 'BAD_USAGE' };
  const streams = streamsFrom(values.sources ?? (values.sample ? [defaultSource] : []), values, blamed);
  checkCount(streams.length, values.maxStreams);
  return { config: frozenConfig(values, tls, streams), warnings: warningsFor(unknown) };
}

/** Name of the configuration file that flags or environment ask for, or null. Throws as `resolveConfig` does. */
export function configFileName({ flags, env }: Pick<ConfigInputs, 'flags' | 'env'>): string | null {
  const table = { config: SERVER_OPTIONS.config };
  const byFlags = checkedValues(table, givenByFlags(table, flags));
  const byEnv = checkedValues(table, givenByEnvironment(table, env));
  return byFlags.config ?? byEnv.config ?? null;
}

function givenByFile(entries: readonly FileEntry[], fileName: string): GivenValue[] {
  const keys = Object.entries(SERVER_OPTIONS).flatMap(([key, entry]) => ('inFile' in entry ? [key] : []));
  return entries.map(({ key, value, line }) => {
    if (!keys.includes(key)) {
      const meant = nearest(key, keys);
      const hint = meant === null ? `the keys are ${keys.join(', ')}.` : `did you mean ${meant}?`;
      throw new StreamerError(
        'UNKNOWN_KEY',
        `${fileName} line ${line}: there is no key ${JSON.stringify(key)}; ${hint}`,
      );
    }
    return { key, value, place: `${key} in ${fileName} line ${line}`, code: 'BAD_CONFIG' };
  });
}

/** @throws {StreamerError} when two services would listen on the same port. */
function checkPorts(values: ServerOptionValues, given: readonly GivenValue[]): void {
  const { port, classicPort, httpPort, http } = values;
  const others = { classicPort, httpPort: http ? httpPort : null };
  const taken = new Map([[port, 'the port of the TCP transport']]);
  for (const [key, other] of Object.entries(others)) {
    if (other === null || other === 0) continue;
    const holder = taken.get(other);
    if (holder === undefined) {
      taken.set(other, 'the classic port');
      continue;
    }
    const blamed = given.find((item) => item.key === key) ?? { place: PORT_NAMES[key] ?? key, code: 'BAD_CONFIG' };
    throw new StreamerError(blamed.code, `${blamed.place} must differ from ${holder}, ${other}.`);
  }
}

const PORT_NAMES: Readonly<Record<string, string>> = { classicPort: 'The classic port', httpPort: 'The HTTP port' };

/** @throws {StreamerError} when one of the two files is given without the other. */
function tlsFiles({ tlsCert, tlsKey }: ServerOptionValues, given: readonly GivenValue[]): ServerConfig['tls'] {
  if (tlsCert !== null && tlsKey !== null) return { certPath: resolve(tlsCert), keyPath: resolve(tlsKey) };
  if (tlsCert === null && tlsKey === null) return null;
  const [key, missing] = tlsCert === null ? ['tlsKey', '--tls-cert'] : ['tlsCert', '--tls-key'];
  const blamed = given.find((item) => item.key === key) ?? { place: key, code: 'BAD_CONFIG' };
  throw new StreamerError(blamed.code, `${blamed.place} needs ${missing} beside it.`);
}

function checkCount(streams: number, maxStreams: number): void {
  if (streams <= maxStreams) return;
  const sentence = `There are ${streams} sources, more than the ${maxStreams} streams allowed; raise --max-streams.`;
  throw new StreamerError('TOO_MANY_STREAMS', sentence);
}

function warningsFor(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return [];
  return [`Ignored environment variables that set no option: ${unknown.join(', ')}.`];
}

/** Takes over field by field, so that what only says where to look (`config`) stays out. */
function frozenConfig(
  values: ServerOptionValues,
  tls: ServerConfig['tls'],
  streams: readonly StreamSettings[],
): ServerConfig {
  const { maxClientMbps } = values;
  return Object.freeze({
    host: values.host,
    port: values.port,
    classicPort: values.classicPort,
    maxClients: values.maxClients,
    maxStreams: values.maxStreams,
    token: values.token,
    adminToken: values.adminToken,
    tls,
    maxClientBytesPerSecond: maxClientMbps === null ? null : (maxClientMbps * 1e6) / 8,
    httpPort: values.http ? values.httpPort : null,
    allowSources: values.allowSource,
    recordingsDirectory: resolve(values.recordings),
    corsOrigins: values.corsOrigin ?? [],
    publicHosts: values.publicHost ?? [],
    trustedProxies: values.trustedProxy ?? [],
    mediamtx: values.mediamtx,
    logLevel: values.logLevel,
    check: values.check,
    streams: Object.freeze(streams.map((stream) => Object.freeze(stream))),
    streamValues: streamValuesOf(values),
  });
}

function streamValuesOf(values: ServerOptionValues): StreamOptionValues {
  const keys = Object.keys(STREAM_OPTIONS) as (keyof StreamOptionValues)[];
  return Object.fromEntries(keys.map((key) => [key, values[key]])) as StreamOptionValues;
}
