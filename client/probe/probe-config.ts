import type { LogLevel } from '../../shared/log-level.js';
import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import { PROBE_OPTIONS } from './probe-options.js';
import { parseProtocolAddress } from './protocol-address.js';
import { parseTargets } from './probe-target.js';
import type { ProbeTarget } from './probe-target.js';

/** The configuration of a probe: complete, checked and frozen. */
export type ProbeConfig = Readonly<{
  targets: readonly ProbeTarget[];
  /** Address of the server whose clock wrote the time codes; null for the clock of this machine. */
  clockUrl: string | null;
  token: string | null;
  reconnect: boolean;
  /** Seconds to run, from the start; null runs until it is stopped or every path is over. */
  durationSeconds: number | null;
  json: boolean;
  plain: boolean;
  logLevel: LogLevel;
}>;

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for a flag or a URL, BAD_CONFIG for an environment variable.
 */
export function resolveProbeConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): ProbeConfig {
  const flagValues = checkedValues(PROBE_OPTIONS, givenByFlags(PROBE_OPTIONS, flags));
  const envValues = checkedValues(PROBE_OPTIONS, givenByEnvironment(PROBE_OPTIONS, env));
  const { url, clock, duration, ...values } = { ...defaultsOf(PROBE_OPTIONS), ...envValues, ...flagValues };
  if (clock !== null) parseProtocolAddress(clock);
  return Object.freeze({
    ...values,
    targets: Object.freeze(parseTargets(url)),
    clockUrl: clock,
    durationSeconds: duration,
  });
}
