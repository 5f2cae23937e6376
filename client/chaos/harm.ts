import { formatDurationUs } from '../../shared/units.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';
import type { MemoryFigures } from './memory-track.js';

export type Harm = DetailsOf<'chaos'>['harm'];

/** What the good clients met in each phase; null for one that did not come. */
export interface PhaseSubjects {
  readonly before: Subject | null;
  readonly during: Subject | null;
  readonly after: Subject | null;
}

/** Differences of p99 below this are no harm, whatever their ratio: 10 ms is a third of the time between two frames. */
export const HARMLESS_US = 10_000;
/** Fewer than this share of the frames a second of before is harm. */
export const LEAST_RATE = 0.9;

/** What the attack did to the good clients and to the server. */
export function harmOf({ before, during, after }: PhaseSubjects, memory: MemoryFigures): Harm {
  return {
    p99Before: before?.latencyUs.p99 ?? null,
    p99During: during?.latencyUs.p99 ?? null,
    p99After: after?.latencyUs.p99 ?? null,
    p99Ratio: ratioOf(before, during),
    p99RatioRange: rangeOf(before, during),
    fpsBefore: before?.fps.mean ?? 0,
    fpsDuring: during?.fps.mean ?? 0,
    lostDuring: during?.frames.lost ?? 0,
    lostAfter: after?.frames.lost ?? 0,
    skippedBefore: before?.frames.skipped ?? 0,
    skippedDuring: during?.frames.skipped ?? 0,
    goodDisconnected: (during?.reconnects ?? 0) + (after?.reconnects ?? 0),
    serverBytesBefore: memory.beforeBytes,
    serverBytesMost: memory.mostBytes,
    serverBytesAfter: memory.afterBytes,
    serverCameBack: memory.cameBack,
  };
}

/** What was too much, in words with figures; empty where the attack did no harm. */
export function harmDone(harm: Harm, maxHarm: number): string[] {
  const { p99Before, p99During, p99Ratio, lostDuring, lostAfter, goodDisconnected, fpsBefore, fpsDuring } = harm;
  const isLonger = p99Ratio !== null && p99Ratio > maxHarm && (p99During ?? 0) - (p99Before ?? 0) > HARMLESS_US;
  const lost = lostDuring + lostAfter;
  return [
    ...(isLonger
      ? [
          `p99 went from ${formatDurationUs(p99Before)} to ${formatDurationUs(p99During)}, ` +
            `${p99Ratio.toFixed(1)} times as long (at most ${maxHarm})`,
        ]
      : []),
    ...(lost > 0 ? [`${lost} frames were lost`] : []),
    ...(goodDisconnected > 0 ? [`${goodDisconnected} connections of good clients broke`] : []),
    ...(fpsDuring < fpsBefore * LEAST_RATE
      ? [`${fpsDuring.toFixed(1)} frames a second came instead of ${fpsBefore.toFixed(1)}`]
      : []),
  ];
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
