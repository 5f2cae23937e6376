import { LatencyHistogram } from '../../shared/histogram.js';
import type { Subject } from '../report/run-report-schema.js';
import { quantilesOf } from '../metrics/figures.js';
import { BucketMaxima } from './bucket-maxima.js';
import type { LoadTarget } from './crowd.js';
import type { CrowdSeconds } from './crowd-seconds.js';
import { ErrorTallies } from './error-tallies.js';
import { encodedDistribution, latencySummary } from './latency-summary.js';
import { SERVER_STAGES } from './load-messages.js';
import type { ServerStage, SessionResult, TargetResult, ThreadResult } from './load-messages.js';
import type { BucketLayout } from './timeline-buckets.js';
import { MAX_HISTOGRAMS } from './window-order.js';

/** What the subjects of a window are made of. */
export interface WindowResults {
  readonly targets: readonly LoadTarget[];
  readonly seconds: CrowdSeconds;
  readonly results: readonly ThreadResult[];
  readonly windowMs: number;
}

/** The subjects of a window: everything together, each target, and each session in the order of their making. */
export function crowdSubjects(window: WindowResults): {
  readonly total: Subject;
  readonly targets: Subject[];
  readonly sessions: Subject[];
} {
  const { targets, seconds, results } = window;
  const sessions = results.flatMap((result) => result.sessions).sort((a, b) => a.id - b.id);
  const parts = results.flatMap((result) => result.targets);
  const sessionsOf = grouped(sessions);
  const partsOf = grouped(parts);
  const [only] = targets;
  const { layouts } = seconds;
  const timeline = seconds.timeline(agesOf(parts, layouts.total));
  const total = sumOf(sessions, parts, { windowMs: window.windowMs, timeline, histograms: true });
  const histograms = targets.length <= MAX_HISTOGRAMS;
  return {
    total: { name: 'total', kind: 'total', target: targets.length === 1 ? (only?.shownUrl ?? null) : null, ...total },
    targets: targets.map(({ name, shownUrl }, index) => {
      const ownParts = partsOf.get(index) ?? [];
      const own = sessionsOf.get(index) ?? [];
      const timeline = seconds.timelineOf(index, agesOf(ownParts, layouts.target));
      const sum = sumOf(own, ownParts, { windowMs: window.windowMs, timeline, histograms });
      // Of one session, as of a camera, there is nothing to add up: its rate is from its own first frame on.
      const [single] = own.length === 1 ? own : [];
      return { name, kind: 'target', target: shownUrl, ...sum, fps: single?.subject.fps ?? sum.fps };
    }),
    sessions: sessions.map(({ subject }) => subject),
  };
}

interface SumParts {
  readonly windowMs: number;
  readonly timeline: Subject['timeline'];
  /** Whether histograms are given in full. */
  readonly histograms: boolean;
}

type Sum = Omit<Subject, 'name' | 'kind' | 'target'>;

/** What sessions come to together: counts and rates add up, distributions are merged value by value. */
function sumOf(
  results: readonly SessionResult[],
  parts: readonly TargetResult[],
  { windowMs, timeline, histograms }: SumParts,
): Sum {
  const sessions = results.map(({ subject }) => subject);
  const sum = (get: (session: Subject) => number) => sessions.reduce((total, session) => total + get(session), 0);
  const clockErrorUs = greatest(sessions.map((session) => session.clockErrorUs));
  const latency = merged(parts.map((part) => part.latency));
  const age = merged(parts.map((part) => part.age));
  const firstFrames = new LatencyHistogram();
  for (const { firstFramesUs } of parts) for (const us of firstFramesUs) firstFrames.record(us);
  const errors = new ErrorTallies();
  for (const session of sessions) errors.merge(session.errors);
  const fed = sessions.filter(({ frames }) => frames.received > 0);
  return {
    state: stateOf(sessions),
    durationMs: windowMs,
    sessions: {
      asked: sum((session) => session.sessions.asked),
      connected: sum((session) => session.sessions.connected),
      failed: sum((session) => session.sessions.failed),
    },
    frames: {
      received: sum(({ frames }) => frames.received),
      lost: sum(({ frames }) => frames.lost),
      skipped: sum(({ frames }) => frames.skipped),
      corrupt: sum(({ frames }) => frames.corrupt),
    },
    canTellLost: fed.length > 0 && fed.every(({ canTellLost }) => canTellLost),
    bytes: sum(({ bytes }) => bytes),
    nominalFps: commonFps(sessions),
    fps: {
      // Those who were there for a part of the window only must not count as if they went on.
      mean: results.reduce((total, { windowFps }) => total + windowFps, 0),
      min: sessions.length === 0 ? 0 : Math.min(...sessions.map(({ fps }) => fps.min)),
      max: Math.max(0, ...sessions.map(({ fps }) => fps.max)),
    },
    throughputMbps: sum(({ throughputMbps }) => throughputMbps),
    latencyUs: latencySummary(latency, greatest(sessions.map(({ latencyUs }) => latencyUs.errorUs))),
    ageUs: latencySummary(age, greatest(sessions.map(({ ageUs }) => ageUs.errorUs))),
    clockErrorUs,
    latencySource: (fed[0] ?? sessions[0])?.latencySource ?? 'none',
    firstFrameUs: latencySummary(firstFrames, 0),
    reconnects: sum(({ reconnects }) => reconnects),
    outageMs: sum(({ outageMs }) => outageMs),
    outages: sessions
      .flatMap(({ outages }) => outages)
      .sort((a, b) => a.fromMs - b.fromMs)
      .slice(0, MAX_OUTAGES),
    stagesUs: stagesOf(parts),
    timeline,
    histograms: histograms ? { latency: encodedDistribution(latency), age: encodedDistribution(age) } : null,
    errors: errors.list(),
  };
}

const MAX_OUTAGES = 100;

function grouped<T extends { readonly target: number }>(items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(item.target);
    if (group) group.push(item);
    else groups.set(item.target, [item]);
  }
  return groups;
}

/** The best that can be said of any of them. */
function stateOf(sessions: readonly Subject[]): Subject['state'] {
  const order = ['connected', 'reconnecting', 'connecting', 'ended', 'failed'] as const;
  return order.find((state) => sessions.some((session) => session.state === state)) ?? 'stopped';
}

/** What all of them announce; null where they differ. */
function commonFps(sessions: readonly Subject[]): number | null {
  const rates = new Set(sessions.flatMap(({ nominalFps }) => nominalFps ?? []));
  const [rate] = rates;
  return rates.size === 1 ? (rate ?? null) : null;
}

function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce((most, value) => (value === null ? most : Math.max(most ?? 0, value)), null);
}

function merged(states: readonly TargetResult['latency'][]): LatencyHistogram {
  const all = new LatencyHistogram();
  for (const state of states) all.merge(LatencyHistogram.ofState(state));
  return all;
}

function stagesOf(parts: readonly TargetResult[]): Subject['stagesUs'] {
  const told = parts.flatMap(({ stages }) => stages ?? []);
  if (told.length === 0) return null;
  const quantiles = (stage: ServerStage) => quantilesOf(merged(told.map((stages) => stages[stage])));
  return Object.fromEntries(SERVER_STAGES.map((stage) => [stage, quantiles(stage)])) as NonNullable<
    Subject['stagesUs']
  >;
}

function agesOf(parts: readonly TargetResult[], { startUs, widthUs, maxBuckets }: BucketLayout): BucketMaxima {
  const ages = new BucketMaxima(startUs, widthUs, maxBuckets);
  for (const { agesMaxUs, ageBucketUs } of parts) {
    agesMaxUs.forEach((ageUs, index) => {
      if (ageUs !== null) ages.note(startUs + index * ageBucketUs, ageUs);
    });
  }
  return ages;
}
