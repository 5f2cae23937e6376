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
import { counted, coverageText, deliveredText, exactCount, knownLost, lostText } from './words.js';

/**
 * The figures that answer what most runs ask of `subject`: how late, how many lost, how many a second.
 *
 * @param sessions that it is made of, where they may differ in what they can tell
 * @param parts such as targets, where the errors of their clocks may differ
 */
export function headlinesOf(
  subject: Subject,
  sessions: readonly Subject[] = [],
  parts: readonly Subject[] = [],
): Headline[] {
  return [...latencyHeadlines(subject, sessions, parts), ...countHeadlines(subject, sessions)];
}

function latencyHeadlines(
  { latencyUs, ageUs, clockErrorUs }: Subject,
  sessions: readonly Subject[],
  parts: readonly Subject[],
): Headline[] {
  if (latencyUs.count === 0) return [];
  const error = clockErrorUs === null ? null : `clock error at most ${formatDurationUs(clockErrorUs)}`;
  const covered = coverageText(sessions, (session) => session.latencyUs.count > 0);
  const age = {
    label: 'frame age p99',
    value: formatDurationUs(ageUs.p99),
    note: notesOf(
      coverageText(sessions, (session) => session.ageUs.count > 0),
      'corrected: stalls and losses count',
    ),
  };
  return [
    {
      label: 'latency p99',
      value: formatWithError(latencyUs.p99, latencyUs.errorUs),
      note: notesOf(covered, error, worstPart(parts)),
    },
    { label: 'latency p50', value: formatWithError(latencyUs.p50, latencyUs.errorUs), note: covered },
    ...(ageUs.count > 0 ? [age] : []),
  ];
}

function notesOf(...notes: readonly (string | null)[]): string | null {
  return notes.filter((note) => note !== null).join('; ') || null;
}

/** The error of a whole is that of its worst part, which is named where the parts differ. */
function worstPart(parts: readonly Subject[]): string | null {
  const known = parts.filter(({ latencyUs }) => latencyUs.count > 0 && latencyUs.errorUs !== null);
  const errors = known.map(({ latencyUs }) => latencyUs.errorUs ?? 0);
  const largest = Math.max(...errors);
  if (known.length < 2 || largest === Math.min(...errors)) return null;
  const name = known[errors.indexOf(largest)]?.name ?? '';
  return `largest: ${name}, ${formatDurationUs(largest)}`;
}

function countHeadlines(subject: Subject, each: readonly Subject[]): Headline[] {
  const { sessions, fps, nominalFps, throughputMbps, bytes, durationMs } = subject;
  const announcing = coverageText(each, (session) => session.nominalFps !== null);
  const nominal = nominalFps === null ? null : `announced ${formatFps(nominalFps)} a session`;
  return [
    { label: 'lost', value: lostText(knownLost([subject])), note: deliveredText(subject) },
    ...(subject.outageMs > 0 ? [outageHeadline(subject)] : []),
    { label: 'frames a second', value: fps.mean.toFixed(1), note: notesOf(nominal, nominal && announcing) },
    { label: 'throughput', value: formatMbps(throughputMbps), note: formatBytes(bytes) },
    ...(sessions.asked > 1 ? [sessionsHeadline(sessions, each)] : []),
    { label: 'measured for', value: formatElapsedMs(durationMs), note: null },
  ];
}

function outageHeadline({ outageMs, reconnects }: Subject): Headline {
  const note = `all sessions together, ${counted(reconnects, 'reconnect')}`;
  return { label: 'without a connection', value: formatElapsedMs(outageMs), note };
}

/** Whoever came to the end of a file needs no connection any more. */
function sessionsHeadline({ asked, connected, failed }: Subject['sessions'], each: readonly Subject[]): Headline {
  const ended = each.filter(({ state }) => state === 'ended').length;
  const atEnd = ended === 0 ? 'connected at the end' : endedText(connected, ended);
  const note = failed > 0 ? `${counted(failed, 'session')} failed` : atEnd;
  return { label: 'sessions', value: `${exactCount(connected + ended)} of ${exactCount(asked)}`, note };
}

function endedText(connected: number, ended: number): string {
  if (connected === 0) return 'came to the end of the stream';
  return `${exactCount(connected)} connected at the end, ${exactCount(ended)} came to the end of the stream`;
}
