import { formatDurationUs, formatElapsedMs } from '../../shared/units.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';
import { counted, exactCount } from '../report/sections/words.js';
import type { GoodConnections } from './good-connections.js';
import type { MemoryFigures } from './memory-track.js';

export type Harm = DetailsOf<'chaos'>['harm'];

/** What the good clients met in each phase; null for one that did not come. */
export interface PhaseSubjects {
  readonly before: Subject | null;
  readonly during: Subject | null;
  readonly after: Subject | null;
}

/** What is too much. */
export interface HarmLimits {
  readonly maxHarm: number;
  readonly phaseMs: number;
}

/** Differences of p99 up to this are no harm, whatever their ratio: 10 ms is a third of the time between two frames. */
export const HARMLESS_US = 10_000;
/** Fewer than this share of the frames a second of before is harm. */
export const LEAST_RATE = 0.9;

/** What the attack did to the good clients and to the server. */
export function harmOf(
  { before, during, after }: PhaseSubjects,
  connections: GoodConnections,
  memory: MemoryFigures,
): Harm {
  return {
    p99Before: before?.latencyUs.p99 ?? null,
    p99During: during?.latencyUs.p99 ?? null,
    p99After: after?.latencyUs.p99 ?? null,
    p99Ratio: ratioOf(before, during),
    p99RatioRange: rangeOf(before, during),
    fpsBefore: before?.fps.mean ?? 0,
    fpsDuring: during?.fps.mean ?? 0,
    fpsAfter: after?.fps.mean ?? null,
    lostDuring: during?.frames.lost ?? 0,
    lostAfter: after?.frames.lost ?? 0,
    skippedBefore: before?.frames.skipped ?? 0,
    skippedDuring: during?.frames.skipped ?? 0,
    ...connections,
    serverBytesBefore: memory.beforeBytes,
    serverBytesMost: memory.mostBytes,
    serverBytesAfter: memory.afterBytes,
    serverCameBack: memory.cameBack,
  };
}

/** What was too much, in words with figures; empty where the attack did no harm. */
export function harmDone(harm: Harm, { maxHarm, phaseMs }: HarmLimits): string[] {
  const { p99Before, p99During, p99Ratio, lostDuring, lostAfter, goodBefore, goodAtEnd, fpsBefore } = harm;
  const lost = lostDuring + lostAfter;
  const isLess = (fps: number) => isLessThan(fps, fpsBefore, { clients: goodBefore, phaseMs });
  const before = fpsBefore.toFixed(1);
  return [
    ...(p99Ratio !== null && p99Ratio > maxHarm && longerUs(harm) > HARMLESS_US
      ? [
          `p99 went from ${formatDurationUs(p99Before)} to ${formatDurationUs(p99During)}, ` +
            `${p99Ratio.toFixed(2)} times as long (at most ${maxHarm})`,
        ]
      : []),
    ...(lost > 0 ? [`${counted(lost, 'frame')} ${lost === 1 ? 'was' : 'were'} lost`] : []),
    ...disconnected(harm),
    ...(goodAtEnd < goodBefore
      ? [`${exactCount(goodAtEnd)} of ${counted(goodBefore, 'good client')} had a connection at the end`]
      : []),
    ...(isLess(harm.fpsDuring) ? [`${harm.fpsDuring.toFixed(1)} frames a second came instead of ${before}`] : []),
    ...(harm.fpsAfter !== null && isLess(harm.fpsAfter)
      ? [`${harm.fpsAfter.toFixed(1)} frames a second came after it instead of ${before}`]
      : []),
  ];
}

/** By how much p99 was longer during the attack, where both are known. */
export function longerUs({ p99Before, p99During }: Harm): number {
  return (p99During ?? 0) - (p99Before ?? 0);
}

function disconnected({ goodDisconnected, goodOutageMs }: Harm): string[] {
  if (goodDisconnected === 0) return [];
  const outage = goodOutageMs > 0 ? `, ${formatElapsedMs(goodOutageMs)} without one all together` : '';
  return [`${counted(goodDisconnected, 'connection')} of good clients broke${outage}`];
}

/** A window holds a frame more or less of each client, as it falls, which is much where few are sent. */
function isLessThan(
  fps: number,
  fpsBefore: number,
  { clients, phaseMs }: { readonly clients: number; readonly phaseMs: number },
): boolean {
  return fps + (clients * 1000) / phaseMs < fpsBefore * LEAST_RATE;
}

function ratioOf(before: Subject | null, during: Subject | null): number | null {
  const [from, to] = [before?.latencyUs.p99 ?? null, during?.latencyUs.p99 ?? null];
  return from === null || to === null || from <= 0 || to < 0 ? null : to / from;
}

/** Both have the error of one clock, in the same direction or not: the ratio lies between the extremes. */
function rangeOf(before: Subject | null, during: Subject | null): Harm['p99RatioRange'] {
  const ratio = ratioOf(before, during);
  const errors = [before?.latencyUs.errorUs ?? null, during?.latencyUs.errorUs ?? null];
  const [errorBefore, errorDuring] = errors;
  if (ratio === null || errorBefore == null || errorDuring == null) return null;
  const from = before?.latencyUs.p99 ?? 0;
  const to = during?.latencyUs.p99 ?? 0;
  return {
    low: Math.max(0, to - errorDuring) / (from + errorBefore),
    high: from > errorBefore ? (to + errorDuring) / (from - errorBefore) : null,
  };
}
