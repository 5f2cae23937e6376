import {
  formatBytes,
  formatDurationUs,
  formatElapsedMs,
  formatFps,
  formatMbps,
  formatWithError,
} from '../../../shared/units.js';
import type { Headline } from '../page.js';
import type { Subject } from '../run-report-schema.js';
import { counted, deliveredText, exactCount, lostText } from './words.js';

/** The figures that answer what most runs ask of `subject`: how late, how many lost, how many a second. */
export function headlinesOf(subject: Subject): Headline[] {
  return [...latencyHeadlines(subject), ...countHeadlines(subject)];
}

function latencyHeadlines({ latencyUs, ageUs, clockErrorUs }: Subject): Headline[] {
  if (latencyUs.count === 0) return [];
  const error = clockErrorUs === null ? null : `clock error at most ${formatDurationUs(clockErrorUs)}`;
  const age = {
    label: 'frame age p99',
    value: formatDurationUs(ageUs.p99),
    note: 'corrected: stalls and losses count',
  };
  return [
    { label: 'latency p99', value: formatWithError(latencyUs.p99, latencyUs.errorUs), note: error },
    { label: 'latency p50', value: formatWithError(latencyUs.p50, latencyUs.errorUs), note: null },
    ...(ageUs.count > 0 ? [age] : []),
  ];
}

function countHeadlines(subject: Subject): Headline[] {
  const { sessions, fps, nominalFps, throughputMbps, bytes, durationMs } = subject;
  const nominal = nominalFps === null ? null : `announced ${formatFps(nominalFps)} a session`;
  return [
    { label: 'lost', value: lostText(subject), note: deliveredText(subject) },
    { label: 'frames a second', value: fps.mean.toFixed(1), note: nominal },
    { label: 'throughput', value: formatMbps(throughputMbps), note: formatBytes(bytes) },
    ...(sessions.asked > 1 ? [sessionsHeadline(sessions)] : []),
    { label: 'measured for', value: formatElapsedMs(durationMs), note: null },
  ];
}

function sessionsHeadline({ asked, connected, failed }: Subject['sessions']): Headline {
  const note = failed > 0 ? `${counted(failed, 'session')} failed` : 'connected at the end';
  return { label: 'sessions', value: `${exactCount(connected)} of ${exactCount(asked)}`, note };
}
