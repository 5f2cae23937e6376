import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { RunOutput } from '../report/run-output.js';
import { BENCH_OPTIONS } from './bench-options.js';

/** The configuration of a benchmark: complete, checked and frozen. */
export type BenchConfig = Readonly<{
  host: string;
  port: number;
  token: string | null;
  /** With TLS: the file of the certificates to trust, null for those that Node knows. */
  tls: { readonly caPath: string | null } | null;
  /** Null: the server's first one. */
  stream: string | null;
  devices: number;
  durationMs: number;
  waitMs: number;
  leadMs: number;
  local: number;
  /** Null: as much as `maxClockErrorOf` allows. */
  maxClockErrorUs: number | null;
  /** HTTP API of the server, `off` for none, null where it is looked for. */
  serverApi: string | null;
  output: RunOutput;
}>;

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for an environment variable.
 */
export function resolveBenchConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): BenchConfig {
  const flagValues = checkedValues(BENCH_OPTIONS, givenByFlags(BENCH_OPTIONS, flags));
  const envValues = checkedValues(BENCH_OPTIONS, givenByEnvironment(BENCH_OPTIONS, env));
  const values = { ...defaultsOf(BENCH_OPTIONS), ...envValues, ...flagValues };
  const { host, port, token, tls, tlsCa, stream, devices, local, serverApi, report, json, plain, logLevel } = values;
  return Object.freeze({
    ...{ host, port, token, stream, local, serverApi },
    tls: tls || tlsCa !== null ? Object.freeze({ caPath: tlsCa }) : null,
    // Who is asked for devices of its own means to wait for all of them.
    devices: Math.max(devices, local),
    durationMs: Math.round(values.duration * 1000),
    waitMs: Math.round(values.wait * 1000),
    leadMs: Math.round(values.lead * 1000),
    maxClockErrorUs: values.maxClockError === null ? null : Math.round(values.maxClockError * 1000),
    output: Object.freeze({ reportFiles: report, json, plain, logLevel, logFile: null }),
  });
}
