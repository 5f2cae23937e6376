import { formatElapsedMs, formatFps, formatMbps, formatWithError } from '../../shared/units.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import type { ServerSamples, Validity } from '../report/run-trust-schema.js';
import { counted, earlyEndText, exactCount } from '../report/sections/words.js';
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
    verdict: verdictOf(config, total, validity, provenance.interrupted),
    validity,
    provenance,
    clocks: [...clocks],
    total,
    subjects: [...targets, ...sessions],
    generator,
    server,
    findings: loadFindings({ total, sessions, generator, server, details }),
    details,
  };
}

function verdictOf(
  { clients, durationMs }: LoadConfig,
  total: Subject,
  validity: Validity,
  interrupted: boolean,
): RunReport['verdict'] {
  const time = formatElapsedMs(total.durationMs);
  const { frames, fps, throughputMbps, latencyUs, sessions } = total;
  const ended = earlyEndText(interrupted, total.durationMs, durationMs);
  if (frames.received === 0) {
    const level = interrupted ? 'done' : 'fail';
    return { level, sentence: `${ended}Not one frame came to ${counted(clients, 'session')} in ${time}.` };
  }
  if (!validity.valid) {
    return { level: 'invalid', sentence: `${ended}${invalidSentence(total, validity)}` };
  }
  const got = [`${exactCount(frames.received)} frames`, formatFps(fps.mean), formatMbps(throughputMbps)];
  const missing = total.canTellLost
    ? `, ${exactCount(frames.lost)} lost and ${exactCount(frames.skipped)} skipped`
    : '';
  const latency = latencyUs.p99 === null ? '' : `; latency p99 ${formatWithError(latencyUs.p99, latencyUs.errorUs)}`;
  const outage = total.outageMs > 0 ? `; ${outageText(total)}` : '';
  const who = sessions.connected < clients ? `${exactCount(sessions.connected)} of ` : '';
  const sentence = `${ended}${who}${counted(clients, 'session')} got ${got.join(', ')} in ${time}${missing}${outage}${latency}.`;
  return { level: 'done', sentence };
}

/** Frames that were due while there was no connection may not count as lost, so the time stands beside them. */
function outageText({ outageMs, reconnects }: Subject): string {
  return `${formatElapsedMs(outageMs)} without a connection, all together, and ${counted(reconnects, 'reconnect')}`;
}
