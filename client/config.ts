import type { LogLevel } from '../shared/log-level.js';
import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../shared/option-table.js';
import type { Policy } from '../shared/protocol/messages.js';
import { CLIENT_OPTIONS } from './options.js';

/** The configuration of a client: complete, checked and frozen. */
export type ClientConfig = Readonly<{
  host: string;
  port: number;
  /** Names of the streams to watch, or all of them; an empty list is the server's first. */
  streams: readonly string[] | 'all';
  policy: Policy;
  maxFps: number | null;
  /** Seconds to run; null runs until it is stopped. */
  durationSeconds: number | null;
  /** What the server calls this client. */
  name: string;
  token: string | null;
  /** With TLS: the file of the certificates to trust, null for those that Node knows. */
  tls: { readonly caPath: string | null } | null;
  decode: boolean;
  /** File for a frame as JPEG. */
  saveFrame: string | null;
  json: boolean;
  plain: boolean;
  reconnect: boolean;
  logLevel: LogLevel;
}>;

/** Everything a configuration is made from. */
export interface ClientConfigInputs {
  /** Raw values from the command line, by option. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
}

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for an environment variable.
 */
export function resolveClientConfig({ flags, env, hostname }: ClientConfigInputs): ClientConfig {
  const flagValues = checkedValues(CLIENT_OPTIONS, givenByFlags(CLIENT_OPTIONS, flags));
  const envValues = checkedValues(CLIENT_OPTIONS, givenByEnvironment(CLIENT_OPTIONS, env));
  const { stream, duration, name, tls, tlsCa, ...values } = {
    ...defaultsOf(CLIENT_OPTIONS),
    ...envValues,
    ...flagValues,
  };
  return Object.freeze({
    ...values,
    streams: Object.freeze(stream ?? []),
    durationSeconds: duration,
    name: name ?? printableName(hostname),
    tls: tls || tlsCa !== null ? Object.freeze({ caPath: tlsCa }) : null,
  });
}

/** The system's name for the machine, made to fit what `--name` allows. */
function printableName(hostname: string): string {
  const result = CLIENT_OPTIONS.name.schema.safeParse(hostname);
  return result.success ? result.data : 'unnamed';
}
