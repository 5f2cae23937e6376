import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { RunOutput } from '../report/run-output.js';
import type { LoadTarget } from './crowd.js';
import { LOAD_OPTIONS } from './load-options.js';
import { parseLoadTargets } from './load-target.js';

/** The configuration of a run of `load`: complete and checked. */
export interface LoadConfig {
  readonly targets: readonly LoadTarget[];
  readonly clients: number;
  readonly rampMs: number;
  readonly durationMs: number;
  /** Threads; null: as many as the sessions need. */
  readonly spread: number | null;
  readonly token: string | null;
  /** How the server calls the sessions, without their numbers. */
  readonly name: string;
  readonly reconnect: boolean;
  readonly serverApi: string | null;
  readonly output: RunOutput;
}

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for a flag or a target, BAD_CONFIG for an environment variable.
 */
export function resolveLoadConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): LoadConfig {
  const values = {
    ...defaultsOf(LOAD_OPTIONS),
    ...checkedValues(LOAD_OPTIONS, givenByEnvironment(LOAD_OPTIONS, env)),
    ...checkedValues(LOAD_OPTIONS, givenByFlags(LOAD_OPTIONS, flags)),
  };
  const { clients, spread, token, name, reconnect, serverApi, report, json, plain, logLevel } = values;
  return {
    ...{ clients, spread, token, name, reconnect, serverApi },
    targets: parseLoadTargets(values.target),
    rampMs: values.ramp * 1000,
    durationMs: values.duration * 1000,
    output: { reportFiles: report, json, plain, logLevel, logFile: null },
  };
}
