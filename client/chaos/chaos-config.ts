import { isIPv4 } from 'node:net';
import { StreamerError } from '../../shared/errors.js';
import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { OptionValues } from '../../shared/option-table.js';
import type { LoadTarget } from '../load/crowd.js';
import { parseLoadTargets } from '../load/load-target.js';
import type { RunOutput } from '../report/run-output.js';
import type { AttackPlan } from './attackers.js';
import { CHAOS_OPTIONS } from './chaos-options.js';

/** The configuration of an attack: complete, checked and frozen. */
export type ChaosConfig = Readonly<{
  target: LoadTarget;
  plan: AttackPlan;
  good: number;
  phaseMs: number;
  maxHarm: number;
  token: string | null;
  serverApi: string | null;
  serverPid: number | null;
  output: RunOutput;
}>;

/** What is done where nobody says what: a little of everything. */
const USUAL = 10;

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for what is wrong or may not be attacked, BAD_CONFIG for an environment variable.
 */
export function resolveChaosConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): ChaosConfig {
  const flagValues = checkedValues(CHAOS_OPTIONS, givenByFlags(CHAOS_OPTIONS, flags));
  const envValues = checkedValues(CHAOS_OPTIONS, givenByEnvironment(CHAOS_OPTIONS, env));
  const values: Values = { ...defaultsOf(CHAOS_OPTIONS), ...envValues, ...flagValues };
  const { good, phase, maxHarm, token, serverApi, serverPid, report, json, plain, logLevel } = values;
  return Object.freeze({
    target: targetOf(values),
    plan: planOf(values),
    ...{ good, phaseMs: Math.round(phase * 1000), maxHarm, token, serverApi, serverPid },
    output: { reportFiles: report, json, plain, logLevel, logFile: null },
  });
}

type Values = OptionValues<typeof CHAOS_OPTIONS>;

function targetOf({ target: texts, iOwnThisServer }: Values): LoadTarget {
  for (const text of texts) checkScheme(text);
  const [target, ...others] = texts.length === 0 ? [] : parseLoadTargets(texts);
  if (target === undefined || others.length > 0) throw refusal('Give one target, such as streamer://127.0.0.1:8000.');
  const { hostname } = new URL(target.url);
  if (!isLoopback(hostname) && !iOwnThisServer) {
    throw refusal(
      `${hostname} is not this machine. Attack only what is yours, with the consent of everybody who uses it: ` +
        '--i-own-this-server says that it is so.',
    );
  }
  return target;
}

/** Load is made of more than what can be attacked, and whoever parses its addresses would name that. */
function checkScheme(text: string): void {
  if (/^([^=/:]*=)?(streamer|ws|http):\/\//i.test(text)) return;
  const place = /^[\w.-]+:\d+(\/.*)?$|^\[[\da-f:]+\]:\d+(\/.*)?$/i.test(text);
  const meant = place ? ` Did you mean streamer://${text}?` : '';
  throw refusal(`Attacked can be streamer://, ws:// and http:// (MJPEG), without TLS.${meant}`);
}

/** Addresses alone and the one name that always means this machine: what a name server says may change. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
}

function planOf(values: Values): AttackPlan {
  const { stalled, trickling, silent, vanished, halfOpen, slowHello, garbage, reconnectStorm } = values;
  const asked = [stalled, trickling, silent, vanished, halfOpen, slowHello, garbage, reconnectStorm];
  const usual = asked.every((number) => number === null) ? USUAL : 0;
  if (usual === 0 && asked.every((number) => (number ?? 0) === 0))
    throw refusal('There is no attack with 0 attackers.');
  return {
    ...{ stalled: stalled ?? usual, trickling: trickling ?? usual, silent: silent ?? usual },
    ...{ vanished: vanished ?? usual, garbage: garbage ?? usual },
    ...{ 'half-open': halfOpen ?? usual, 'slow-hello': slowHello ?? usual },
    stormPerSecond: reconnectStorm ?? usual,
  };
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
