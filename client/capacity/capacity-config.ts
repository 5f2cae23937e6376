import { availableParallelism } from 'node:os';
import { StreamerError } from '../../shared/errors.js';
import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { OptionValues } from '../../shared/option-table.js';
import { cameraListConfig } from '../cameras/camera-list-options.js';
import type { CameraListConfig } from '../cameras/camera-list-options.js';
import type { LoadTarget } from '../load/crowd.js';
import { parseLoadTargets } from '../load/load-target.js';
import type { RunOutput } from '../report/run-output.js';
import { CAPACITY_OPTIONS } from './capacity-options.js';
import { parseObjective } from './objective.js';
import type { Objective } from './objective.js';

/** What the size of a step is a number of. */
export type LoadConfig =
  | { readonly kind: 'sessions'; readonly targets: readonly LoadTarget[] }
  | { readonly kind: 'cameras'; readonly list: CameraListConfig }
  | { readonly kind: 'streams'; readonly to: string; readonly videos: readonly string[] };

/** The configuration of a search for a capacity: complete, checked and frozen. */
export type CapacityConfig = Readonly<{
  load: LoadConfig;
  objective: Objective;
  start: number;
  /** Null: all cameras of a list. */
  max: number | null;
  resolution: number | null;
  rounds: number;
  stepSeconds: number;
  soakSeconds: number;
  settleSeconds: number;
  workers: number;
  /** Of the server; null where the one that was given is that of an API with a list, which no camera is to see. */
  token: string | null;
  serverApi: string | null;
  atLeast: number | null;
  output: RunOutput;
}>;

const USUAL_MAX = { sessions: 1000, cameras: null, streams: 50 } as const;
/** Of streams that one process publishes, each a TCP connection. */
const MOST_STREAMS = 1000;
/** More threads than this only take cores away from the server, where that is on the same machine. */
const USUAL_WORKERS = 4;

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for what is wrong or does not fit together, BAD_CONFIG for an environment variable.
 */
export function resolveCapacityConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): CapacityConfig {
  const flagValues = checkedValues(CAPACITY_OPTIONS, givenByFlags(CAPACITY_OPTIONS, flags));
  const envValues = checkedValues(CAPACITY_OPTIONS, givenByEnvironment(CAPACITY_OPTIONS, env));
  const values: Values = { ...defaultsOf(CAPACITY_OPTIONS), ...envValues, ...flagValues };
  if (values.slo === null) throw refusal('Say what has to be kept: --slo p99<100ms,lost=0,fps>=0.95.');
  const objective = parseObjective(values.slo);
  const unasked = objective.terms.find(({ figure: { kind } }) => kind === 'cpu' || kind === 'memory');
  if (unasked && values.serverApi === 'off') {
    throw refusal(`${unasked.text} can be known of the server only, and --server-api is off.`);
  }
  const load = loadOf(values);
  const max = values.max ?? USUAL_MAX[load.kind];
  if (load.kind === 'streams' && max !== null && max > MOST_STREAMS) {
    throw refusal(`--max is at most ${MOST_STREAMS} with --publish.`);
  }
  for (const [flag, value] of [
    ['--start', values.start],
    ['--at-least', values.atLeast ?? 1],
  ] as const) {
    if (max !== null && value > max) throw refusal(`${flag} is more than --max, which is ${max}.`);
  }
  return Object.freeze({
    load,
    objective,
    start: values.start,
    max,
    resolution: values.resolution,
    rounds: values.rounds,
    stepSeconds: values.stepSeconds,
    soakSeconds: values.soak,
    settleSeconds: values.settle,
    workers: values.spread ?? Math.min(USUAL_WORKERS, availableParallelism()),
    token: values.apiUrl === null ? values.token : null,
    serverApi: values.serverApi,
    atLeast: values.atLeast,
    output: outputOf(values),
  });
}

type Values = OptionValues<typeof CAPACITY_OPTIONS>;

function loadOf(values: Values): LoadConfig {
  // A token is for the API of cameras only where there is one.
  const list = cameraListConfig(values, values.apiUrl === null ? null : values.token);
  const given = [values.target.length > 0, list !== null, values.publish !== null].filter(Boolean).length;
  if (given !== 1) {
    throw refusal(
      'Give targets such as streamer://host:8000/stream, or a list (--api-url, --file), or --publish: one of them.',
    );
  }
  if (values.publish === null && values.video.length > 0) throw refusal('--video is for --publish.');
  if (values.publish !== null) return { kind: 'streams', to: values.publish.replace(/\/+$/, ''), videos: values.video };
  return list ? { kind: 'cameras', list } : { kind: 'sessions', targets: parseLoadTargets(values.target) };
}

function outputOf({ report, json, plain, logLevel }: Values): RunOutput {
  return { reportFiles: report, json, plain, logLevel, logFile: null };
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
