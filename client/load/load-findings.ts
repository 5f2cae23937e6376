import { formatDurationUs, formatElapsedMs, formatFps } from '../../shared/units.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import type { ErrorTally, Finding, Subject } from '../report/run-report-schema.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import { counted, exactCount } from '../report/sections/words.js';
import { unfairFrames, unfairLatency } from './fairness-findings.js';

/** What findings are made from. */
export interface LoadFacts {
  readonly total: Subject;
  readonly sessions: readonly Subject[];
  readonly server: ServerSamples | null;
  readonly details: DetailsOf<'load'>;
  /** Whether the user ended the run before its time. */
  readonly interrupted: boolean;
}

const BUSY_PERCENT = 85;
const GROWTH = 1.5;
const MIB = 2 ** 20;
const MAX_FIGURES = 10;

/** What the figures of a run of `load` say, and what to do about it; each names the figures it comes from. */
export function loadFindings(facts: LoadFacts): Finding[] {
  const found = [
    unconnected(facts),
    untried(facts),
    ended(facts),
    lost(facts),
    skipped(facts),
    corrupt(facts),
    reconnects(facts),
    slowRate(facts),
    unfairFrames(facts.sessions, facts.details.fairness?.jain ?? null),
    unfairLatency(facts.sessions),
    staleFrames(facts),
    serverLimit(facts),
    serverMemory(facts),
  ].filter((finding) => finding !== null);
  const isComplete = facts.total.sessions.failed === 0 && untriedIn(facts) === 0;
  const isFlawless = isComplete && found.every(({ severity }) => severity === 'note');
  return isFlawless && facts.total.frames.received > 0 ? [allWell(facts), ...found] : found;
}

function unconnected(facts: LoadFacts): Finding | null {
  const { total, details } = facts;
  const { connected, failed } = total.sessions;
  // Whoever came to the end of a file needs no connection any more.
  const missing = details.sessionsAsked - connected - endedIn(facts) - untriedIn(facts);
  if (missing <= 0) return null;
  const worst = mostFrequent(total.errors);
  const why = worst === null ? '' : ` Most often: ${worst.message}`;
  return {
    severity: 'problem',
    sentence: `${counted(missing, 'session')} of ${exactCount(details.sessionsAsked)} had no connection at the end.${why}`,
    figures: [`connected ${connected}`, `failed ${failed}`, ...total.errors.slice(0, MAX_FIGURES).map(errorText)],
  };
}

function untried(facts: LoadFacts): Finding | null {
  const count = untriedIn(facts);
  if (count === 0) return null;
  const all = exactCount(facts.details.sessionsAsked);
  return {
    severity: 'note',
    sentence: `${counted(count, 'session')} of ${all} had no connection yet when the run was ended.`,
    figures: [],
  };
}

/** Sessions of a run that its user ended before they had a connection, and whom nobody refused one. */
function untriedIn({ interrupted, total, sessions, details }: LoadFacts): number {
  if (!interrupted) return 0;
  const waiting = sessions.filter(({ state, errors }) => state === 'connecting' && errors.length === 0).length;
  return waiting + Math.max(0, details.sessionsAsked - total.sessions.asked);
}

function ended(facts: LoadFacts): Finding | null {
  const count = endedIn(facts);
  if (count === 0 || facts.total.state === 'ended') return null;
  return {
    severity: 'note',
    sentence: `${counted(count, 'session')} came to the end of the stream while others went on.`,
    figures: facts.sessions.flatMap(({ name, state }) => (state === 'ended' ? name : [])).slice(0, MAX_FIGURES),
  };
}

function endedIn({ sessions }: LoadFacts): number {
  return sessions.filter(({ state }) => state === 'ended').length;
}

function lost({ total, sessions }: LoadFacts): Finding | null {
  const { frames } = total;
  if (frames.lost === 0) return null;
  // Its numbers have gaps for what was not sent, too: no message says so.
  const isHttp = sessions.some((session) => session.frames.lost > 0 && /^https?:/.test(session.target ?? ''));
  const why = isHttp
    ? 'not sent or lost. Over HTTP a server that leaves frames out for a slow reader looks like an outage, or like a source that dropped them'
    : 'an outage, or a source that dropped them';
  const share = ((frames.lost / (frames.lost + frames.received)) * 100).toPrecision(2);
  return {
    severity: 'problem',
    sentence: `${counted(frames.lost, 'frame')} (${share} %) never came, and nobody said so: ${why}.`,
    figures: worstOf(sessions, 'lost', (session) => session.frames.lost),
  };
}

function skipped({ total, sessions, server }: LoadFacts): Finding | null {
  const { frames } = total;
  if (frames.skipped === 0) return null;
  const share = ((frames.skipped / (frames.skipped + frames.received)) * 100).toPrecision(2);
  const dropped = droppedForAll(sessions, server);
  if (dropped !== null) {
    return {
      severity: 'warning',
      sentence: `The server left out ${counted(frames.skipped, 'frame')} (${share} %) and said so, the same ones for every session: they were dropped before they were sent, by its encoder or processor. Smaller pictures, a lower rate or a faster machine would help; fewer sessions would not.`,
      figures: [
        `skipped by each ${exactCount(sessions[0]?.frames.skipped ?? 0)}`,
        `dropped by the server ${exactCount(dropped)}`,
      ],
    };
  }
  return {
    severity: 'warning',
    sentence: `The server left out ${counted(frames.skipped, 'frame')} (${share} %) and said so: it, the path or this machine could not keep up. Fewer sessions, smaller pictures or a lower rate would be kept.`,
    figures: worstOf(sessions, 'skipped', (session) => session.frames.skipped),
  };
}

/** What the server dropped itself, where that explains what each session says was skipped; null where it does not. */
function droppedForAll(sessions: readonly Subject[], server: ServerSamples | null): number | null {
  const [first] = sessions;
  const skippedByEach = first?.frames.skipped ?? 0;
  if (skippedByEach === 0 || !sessions.every(({ frames }) => frames.skipped === skippedByEach)) return null;
  const dropped = (server?.streams ?? []).reduce((sum, { droppedFrames }) => sum + droppedFrames, 0);
  return dropped >= skippedByEach ? dropped : null;
}

function corrupt({ total, sessions }: LoadFacts): Finding | null {
  if (total.frames.corrupt === 0) return null;
  return {
    severity: 'problem',
    sentence: `${counted(total.frames.corrupt, 'frame')} came broken; look at the source.`,
    figures: worstOf(sessions, 'corrupt', (session) => session.frames.corrupt),
  };
}

function reconnects({ total, sessions }: LoadFacts): Finding | null {
  if (total.reconnects === 0) return null;
  return {
    severity: 'warning',
    sentence: `Connections broke: sessions had to connect again ${counted(total.reconnects, 'time')} and were without one for ${formatElapsedMs(total.outageMs)} together.`,
    figures: worstOf(sessions, 'reconnects', (session) => session.reconnects),
  };
}

function slowRate({ sessions }: LoadFacts): Finding | null {
  // Of a session that nobody announces a rate to nothing is known: other streams have other rates, on one server too.
  const slow = sessions.filter(({ nominalFps, fps, state }) => {
    return state === 'connected' && nominalFps !== null && fps.mean < 0.95 * nominalFps;
  });
  if (slow.length === 0) return null;
  return {
    severity: 'warning',
    sentence: `${counted(slow.length, 'session')} got less than 95 % of the rate that the stream announces.`,
    figures: slow
      .slice(0, MAX_FIGURES)
      .map(({ name, fps, nominalFps }) => `${name}: ${formatFps(fps.mean)} of ${formatFps(nominalFps ?? 0)}`),
  };
}

/** Age is latency with every stall at its full length; where it is far larger, percentiles of latency hide something. */
function staleFrames({ total: { latencyUs, ageUs } }: LoadFacts): Finding | null {
  if (latencyUs.p99 === null || ageUs.p99 === null) return null;
  if (ageUs.p99 < 2 * latencyUs.p99 || ageUs.p99 - latencyUs.p99 < 50_000) return null;
  return {
    severity: 'warning',
    sentence:
      'Viewers saw much older pictures than the latency of the frames that came tells: frames are missing, or came in bursts.',
    figures: [`latency p99 ${formatDurationUs(latencyUs.p99)}`, `age p99 ${formatDurationUs(ageUs.p99)}`],
  };
}

function serverLimit({ server }: LoadFacts): Finding | null {
  if (!server || server.samples.length === 0) return null;
  const cpu = mean(server.samples.map(({ cpuPercent }) => cpuPercent));
  const delayUs = Math.max(...server.samples.map(({ loopDelayP99Us }) => loopDelayP99Us));
  if (cpu < BUSY_PERCENT) return null;
  return {
    severity: 'warning',
    sentence:
      'The server used nearly a whole core, which is what its one thread for connections can use: it is near its limit.',
    figures: [`server CPU ${cpu.toFixed(0)} % of a core`, `its event loop late by up to ${formatDurationUs(delayUs)}`],
  };
}

function serverMemory({ server }: LoadFacts): Finding | null {
  const [first] = server?.samples ?? [];
  const last = server?.samples.at(-1);
  if (!first || !last || last.atMs - first.atMs < 30_000) return null;
  if (last.residentBytes < GROWTH * first.residentBytes) return null;
  return {
    severity: 'warning',
    sentence:
      'The memory of the server grew while it served the same sessions; a longer run says whether that goes on.',
    figures: [`from ${mib(first.residentBytes)}`, `to ${mib(last.residentBytes)}`],
  };
}

function allWell({ total, details }: LoadFacts): Finding {
  const who = details.sessionsAsked === 1 ? 'The session' : `All ${counted(details.sessionsAsked, 'session')}`;
  const figures = [`received ${exactCount(total.frames.received)}`, `${formatFps(total.fps.mean)} together`];
  return {
    severity: 'good',
    sentence: total.canTellLost
      ? `${who} stayed connected and got every frame.`
      : `${who} stayed connected; whether frames are missing, this protocol does not show.`,
    figures: total.canTellLost ? [...figures, 'lost 0', 'skipped 0'] : figures,
  };
}

function worstOf(sessions: readonly Subject[], what: string, figure: (session: Subject) => number): string[] {
  const worst = sessions.filter((session) => figure(session) > 0).sort((a, b) => figure(b) - figure(a));
  const shown = worst.slice(0, MAX_FIGURES).map((session) => `${session.name}: ${what} ${exactCount(figure(session))}`);
  const more = worst.length - shown.length;
  return more > 0 ? [...shown, `and ${exactCount(more)} more sessions`] : shown;
}

function mostFrequent(errors: readonly ErrorTally[]): ErrorTally | null {
  return errors.reduce<ErrorTally | null>((most, error) => (most && most.count >= error.count ? most : error), null);
}

function errorText({ code, count }: ErrorTally): string {
  return `${code} ${count}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
