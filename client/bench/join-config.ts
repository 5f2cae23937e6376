import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { LogLevel } from '../../shared/log-level.js';
import type { Policy } from '../../shared/protocol/messages.js';
import { JOIN_OPTIONS } from './join-options.js';

/** The configuration of a device: complete, checked and frozen. */
export type JoinConfig = Readonly<{
  /** As it was given. */
  server: string;
  name: string;
  once: boolean;
  policy: Policy;
  token: string | null;
  /** With TLS: the file of the certificates to trust, null for those that Node knows. */
  tls: { readonly caPath: string | null } | null;
  json: boolean;
  plain: boolean;
  logLevel: LogLevel;
}>;

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @param hostname names the device where nothing else does
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for an environment variable.
 */
export function resolveJoinConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  hostname: string,
): JoinConfig {
  const flagValues = checkedValues(JOIN_OPTIONS, givenByFlags(JOIN_OPTIONS, flags));
  const envValues = checkedValues(JOIN_OPTIONS, givenByEnvironment(JOIN_OPTIONS, env));
  const { server, name, tls, tlsCa, ...values } = { ...defaultsOf(JOIN_OPTIONS), ...envValues, ...flagValues };
  return Object.freeze({
    ...values,
    server: server[0] ?? '127.0.0.1',
    name: name ?? printableName(hostname),
    tls: tls || tlsCa !== null ? Object.freeze({ caPath: tlsCa }) : null,
  });
}

/** The system's name for the machine, made to fit what `--name` allows. */
function printableName(hostname: string): string {
  const result = JOIN_OPTIONS.name.schema.safeParse(hostname.slice(0, 64));
  return result.success ? result.data : 'device';
}
