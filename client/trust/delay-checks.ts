import { TIMER_PERIOD_US } from '../../shared/timer-lateness.js';
import { formatDurationUs } from '../../shared/units.js';
import type { Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures, ThreadFigures, TrustCheck } from '../report/run-trust-schema.js';
import { atMost } from './limit-check.js';

/** Where nobody says how many frames a second come. */
const USUAL_PERIOD_US = 1_000_000 / 30;

/** Limits of the checks of the generator's own delay; docs/measuring.md says why they are what they are. */
export const DELAY_LIMITS = {
  /** Share of a percentile of the latency that the same percentile of the generator's own delay may be. */
  ofLatency: 0.25,
  /** The same share where the error that is stated beside the latency is greater still. */
  ofLatencyWithinError: 0.5,
  /** Share of the time between two frames below which it is never too much. */
  ofPeriod: 0.2,
  /** That time is taken for no longer: a latency of a stream with few frames is read to the same milliseconds. */
  periodUs: USUAL_PERIOD_US,
  /** A single stop of a longer part of the window than this is more than bad luck. */
  stopOfWindow: 0.05,
} as const;

/** Names of the checks that are about latencies and ages alone: what they find leaves counts and rates as they are. */
export const DELAY_CHECKS = { p50: 'Delay of the generator (p50)', p99: 'Delay of the generator (p99)' } as const;

/** How late the generator got to its work, held against the latencies that are reported. */
export function delayChecks(total: Subject | null, generator: GeneratorFigures): TrustCheck[] {
  const p99Us = total?.latencyUs.p99 ?? null;
  const periodUs = periodOf(total);
  const longestUs = Math.max(0, ...measuringThreads(generator).map(({ timerLatenessUs }) => timerLatenessUs.max));
  return [
    ...p50Check(total, generator, periodUs),
    p99Check(total, generator, periodUs),
    atMost({
      name: 'Longest delay of the generator',
      value: longestUs,
      limit: Math.round(Math.max(Math.min(periodUs, DELAY_LIMITS.periodUs), (total?.latencyUs.max ?? 0) / 2)),
      unit: 'us',
      severity: 'doubt',
      why: 'the greatest latencies and ages may then come from one stop of the generator.',
    }),
    ...(p99Us === null ? [] : [shareCheck(p99Us, generator)]),
  ];
}

/**
 * How late the generator got to its work: at that percentile, in its worst thread, by the worse of two measures. What it is
 * late by is in every latency.
 */
export function ownDelayUs(generator: GeneratorFigures, percentile: 'p50' | 'p99'): number {
  return Math.max(0, ...measuringThreads(generator).map((thread) => delayOf(thread, percentile)));
}

/** The main thread draws and waits; what it is late by is in no latency, unless it has sessions itself. */
export function measuringThreads({ threads }: GeneratorFigures): GeneratorFigures['threads'] {
  const measuring = threads.filter(({ sessions }) => sessions > 0);
  return measuring.length > 0 ? measuring : threads;
}

function delayOf({ loopDelayUs, timerLatenessUs }: ThreadFigures, percentile: 'p50' | 'p99'): number {
  return Math.max(loopDelayUs[percentile], timerLatenessUs[percentile]);
}

function p50Check(total: Subject | null, generator: GeneratorFigures, periodUs: number): TrustCheck[] {
  const { p50: p50Us = null, errorUs = null } = total?.latencyUs ?? {};
  if (p50Us === null) return [];
  return [
    atMost({
      name: DELAY_CHECKS.p50,
      value: ownDelayUs(generator, 'p50'),
      limit: delayLimitUs(p50Us, periodUs, errorUs),
      unit: 'us',
      severity: 'invalid',
      why: 'all latencies and ages shown are then in part those of the process that measured them.',
    }),
  ];
}

function p99Check(total: Subject | null, generator: GeneratorFigures, periodUs: number): TrustCheck {
  const { p99: p99Us = null, errorUs = null } = total?.latencyUs ?? {};
  // Counts and rates bear a delay of a whole frame; a latency does not.
  const limit = p99Us === null ? Math.round(periodUs) : delayLimitUs(p99Us, periodUs, errorUs);
  const late = measuringThreads(generator).filter((thread) => delayOf(thread, 'p99') > limit);
  const windowUs = (total?.durationMs ?? 0) * 1000;
  const isOneStop = late.length > 0 && late.every((thread) => stoppedOnce(thread, windowUs, limit));
  const stopUs = Math.max(0, ...late.map(({ timerLatenessUs }) => timerLatenessUs.max));
  return atMost({
    name: DELAY_CHECKS.p99,
    value: ownDelayUs(generator, 'p99'),
    limit,
    unit: 'us',
    severity: isOneStop ? 'doubt' : 'invalid',
    why: isOneStop
      ? `that is one stop of ${formatDurationUs(stopUs)}; measure longer.`
      : 'the greater latencies and ages shown are then in part those of the process that measured them.',
  });
}

/**
 * Whether one stop explains the p99: after it every timer that was due in it counts, each by one period less than the one
 * before. The loop counts a stop once, so that a p99 of its own comes from several.
 */
function stoppedOnce({ loopDelayUs, timerLatenessUs }: ThreadFigures, windowUs: number, limit: number): boolean {
  const { p99, max } = timerLatenessUs;
  if (loopDelayUs.p99 > limit || max > windowUs * DELAY_LIMITS.stopOfWindow) return false;
  const atLeastP99 = (windowUs / TIMER_PERIOD_US) * 0.01;
  return atLeastP99 <= (max - p99) / TIMER_PERIOD_US + 1;
}

function shareCheck(p99Us: number, generator: GeneratorFigures): TrustCheck {
  return atMost({
    name: 'Delay of the generator against the latency (p99)',
    value: (ownDelayUs(generator, 'p99') / Math.max(1, p99Us)) * 100,
    limit: DELAY_LIMITS.ofLatency * 100,
    unit: '%',
    severity: 'doubt',
    why: 'the latencies shown are so short that the generator is a part of them: they are upper bounds.',
  });
}

/**
 * How late whoever measures may be at a percentile at which latencies are `latencyUs` ± `errorUs`, and frames `periodUs`
 * apart: what it is late by is in them.
 */
export function delayLimitUs(latencyUs: number, periodUs: number, errorUs: number | null = null): number {
  const { ofPeriod, ofLatency, ofLatencyWithinError } = DELAY_LIMITS;
  const withinErrorUs = Math.min(errorUs ?? 0, ofLatencyWithinError * latencyUs);
  const neverTooMuchUs = ofPeriod * Math.min(periodUs, DELAY_LIMITS.periodUs);
  return Math.round(Math.max(neverTooMuchUs, ofLatency * latencyUs, withinErrorUs));
}

/** Microseconds between two frames of a session, as announced or as measured. */
function periodOf(total: Subject | null): number {
  if (total === null) return USUAL_PERIOD_US;
  const measured = total.fps.mean / Math.max(1, total.sessions.connected);
  const fps = total.nominalFps ?? measured;
  return fps > 0 ? 1_000_000 / fps : USUAL_PERIOD_US;
}
