import { StreamerError } from '../../shared/errors.js';
import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { RunOutput } from '../report/run-output.js';
import { cameraListConfig, headersOf } from './camera-list-options.js';
import type { CameraListConfig } from './camera-list-options.js';
import { CAMERAS_OPTIONS } from './cameras-options.js';
import { reportFilesAt } from './report-files.js';

/** The configuration of a run of `cameras`: complete and checked. */
export interface CamerasConfig {
  readonly list: CameraListConfig;
  readonly maxStreams: number;
  readonly pick: 'first' | 'random';
  readonly seed: number;
  readonly durationMs: number;
  readonly rampMs: number;
  readonly reconnect: boolean;
  /** For every camera over HTTP. */
  readonly headers: Readonly<Record<string, string>>;
  /** Threads; null: as many as the cameras need. */
  readonly spread: number | null;
  readonly output: RunOutput;
}

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @param now names the report
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for an environment variable.
 */
export function resolveCamerasConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  now: Date,
): CamerasConfig {
  const values = {
    ...defaultsOf(CAMERAS_OPTIONS),
    ...checkedValues(CAMERAS_OPTIONS, givenByEnvironment(CAMERAS_OPTIONS, env)),
    ...checkedValues(CAMERAS_OPTIONS, givenByFlags(CAMERAS_OPTIONS, flags)),
  };
  const { maxStreams, pick, seed, reconnect, spread, json, plain, logLevel } = values;
  // A token of the environment is for the API where there is one, and nothing to complain about otherwise.
  const isTokenUsed = flags['token'] !== undefined || values.apiUrl !== null;
  const list = cameraListConfig(values, isTokenUsed ? values.token : null);
  if (list === null) {
    throw new StreamerError('BAD_USAGE', 'Give --api-url or --file, which say where the list of cameras is.');
  }
  const files = values.output === null ? null : reportFilesAt(values.output, now);
  return {
    ...{ list, maxStreams, pick, seed, reconnect, spread },
    durationMs: values.duration * 1000,
    rampMs: values.ramp * 1000,
    headers: headersOf(values.cameraHeader),
    output: {
      ...{ json, plain, logLevel },
      reportFiles: [...(files ? [files.reportFile] : []), ...values.report],
      logFile: files?.logFile ?? null,
    },
  };
}
