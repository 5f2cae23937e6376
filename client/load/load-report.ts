import { formatElapsedMs, formatFps, formatMbps, formatWithError } from '../../shared/units.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import type { ServerSamples, Validity } from '../report/run-trust-schema.js';
import { counted, earlyEndText, exactCount, knownLost, lostText } from '../report/sections/words.js';
import { judge } from '../trust/judge.js';
import { invalidSentence } from '../trust/what-not-to-use.js';
import type { CrowdFigures } from './crowd.js';
import { fairnessOf } from './fairness.js';
import type { LoadConfig } from './load-config.js';
import { loadFindings } from './load-findings.js';

/** What a run of `load` came to. */
export interface MeasuredLoad {
  readonly config: LoadConfig;
  readonly workers: number;
  readonly figures: CrowdFigures;
  /** What the server says of itself; null where it was not asked. */
  readonly server: ServerSamples | null;
  /** Whether the server is on this machine; null where that is not known. */
  readonly isSameMachine: boolean | null;
  readonly provenance: Provenance;
}

/** The report of a run of `load`: its targets, then its sessions. */
export function loadReport({ config, workers, figures, server, isSameMachine, provenance }: MeasuredLoad): RunReport {
  const { total, targets, sessions, clocks, generator, windowMs, lostThreads } = figures;
  const { cores } = provenance.machine;
  const validity = judge({ kind: 'load', generator, server, total, cores, isSameMachine, lostThreads });
  const details: DetailsOf<'load'> = {
    kind: 'load',
    sessionsAsked: config.clients,
    rampMs: config.rampMs,
    windowMs,
    workers,
    fairness: fairnessOf(sessions),
  };
  return {
    schema: RUN_REPORT_SCHEMA,
    kind: 'load',
    verdict: verdictOf(config, figures, validity, provenance.interrupted),
    validity,
    provenance,
    clocks: [...clocks],
    total,
    subjects: [...targets, ...sessions],
    generator,
    server,
    findings: loadFindings({ total, sessions, server, details, interrupted: provenance.interrupted }),
    details,
  };
}

function verdictOf(
  { clients, durationMs }: LoadConfig,
  { total, sessions }: CrowdFigures,
  validity: Validity,
  interrupted: boolean,
): RunReport['verdict'] {
  const time = formatElapsedMs(total.durationMs);
  const { frames, fps, throughputMbps, latencyUs } = total;
  if (frames.received === 0 && interrupted) {
    return { level: 'done', sentence: `Ended after ${time}, before the first frame came.` };
  }
  const ended = interrupted ? earlyEndText(true, total.durationMs, durationMs) : endOfAllText(total, durationMs);
  if (frames.received === 0) {
    return { level: 'fail', sentence: `${ended}Not one frame came to ${counted(clients, 'session')} in ${time}.` };
  }
  if (!validity.valid) {
    return { level: 'invalid', sentence: `${ended}${invalidSentence(total, validity)}` };
  }
  const got = [`${exactCount(frames.received)} frames`, formatFps(fps.mean), formatMbps(throughputMbps)];
  const latency = latencyUs.p99 === null ? '' : `; latency p99 ${formatWithError(latencyUs.p99, latencyUs.errorUs)}`;
  const outage = total.outageMs > 0 ? `; ${outageText(total)}` : '';
  const served = sessions.filter((session) => session.frames.received > 0).length;
  const who = served < clients ? `${exactCount(served)} of ` : '';
  const sentence = `${ended}${who}${counted(clients, 'session')} got ${got.join(', ')} in ${time}${missingText(total)}${outage}${latency}.`;
  return { level: 'done', sentence };
}

/** What stands before the verdict where every session was over before the time that was asked for; empty where not. */
function endOfAllText({ state, durationMs }: Subject, askedMs: number): string {
  const [measured, asked] = [formatElapsedMs(durationMs), formatElapsedMs(askedMs)];
  if ((state !== 'ended' && state !== 'failed') || durationMs >= askedMs || measured === asked) return '';
  return `${state === 'ended' ? 'The stream ended' : 'The last session failed'} after ${measured} of ${asked}: `;
}

function missingText(total: Subject): string {
  const known = knownLost([total]);
  const lost = known.lost === null ? [] : [`${lostText(known)} lost`];
  const { skipped } = total.frames;
  const left = known.lost === null && skipped === 0 ? [] : [`${exactCount(skipped)} skipped`];
  return lost.length + left.length === 0 ? '' : `, ${[...lost, ...left].join(' and ')}`;
}

/** Frames that were due while there was no connection may not count as lost, so the time stands beside them. */
function outageText({ outageMs, reconnects }: Subject): string {
  return `${formatElapsedMs(outageMs)} without a connection, all together, and ${counted(reconnects, 'reconnect')}`;
}
