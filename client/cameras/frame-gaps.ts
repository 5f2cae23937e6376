import type { Subject } from '../report/run-report-schema.js';

/** Fewer frames than this in a piece of time, and chance makes its rate. */
const FRAMES_A_PIECE = 10;
const LEAST_PIECES = 8;

/**
 * The longest time without a frame while there was a connection, as far as the buckets of the time line tell it: the real
 * one is longer by up to two of them. From the first frame on; 0 where there is no such time.
 */
export function longestSilenceMs({ timeline, outages, durationMs }: Subject): number {
  if (!timeline) return 0;
  const { bucketMs, frames } = timeline;
  const first = frames.findIndex((count) => count > 0);
  let longestMs = 0;
  let start = first;
  for (let at = first; first >= 0 && at <= frames.length; at += 1) {
    // The last bucket may be a short one.
    const isSilent = at < frames.length && frames[at] === 0 && (at + 1) * bucketMs <= durationMs;
    if (isSilent) continue;
    const fromMs = (start + 1) * bucketMs;
    const toMs = at * bucketMs;
    const isOutage = outages.some((outage) => outage.fromMs < toMs && (outage.toMs ?? Infinity) > fromMs - bucketMs);
    if (!isOutage) longestMs = Math.max(longestMs, toMs - fromMs);
    start = at;
  }
  return longestMs;
}

/**
 * Standard deviation of the frame rate against its mean, from pieces of time in which at least ten frames are due; null
 * where there are too few of them. Times with an outage in them do not count.
 */
export function frameRateSpread({ timeline, outages, durationMs }: Subject): number | null {
  if (!timeline) return null;
  const { bucketMs, frames } = timeline;
  const first = frames.findIndex((count) => count > 0);
  const steady = frames.filter((_, at) => {
    const fromMs = (at - 1) * bucketMs;
    const toMs = (at + 1) * bucketMs;
    const isBroken = outages.some((outage) => outage.fromMs < toMs && (outage.toMs ?? Infinity) > fromMs);
    return at > first && toMs <= durationMs && !isBroken;
  });
  const mean = steady.reduce((sum, count) => sum + count, 0) / Math.max(1, steady.length);
  if (first < 0 || mean === 0) return null;
  const pieces = sums(steady, Math.ceil(FRAMES_A_PIECE / mean));
  return pieces.length < LEAST_PIECES ? null : spreadOf(pieces);
}

/** Sums of `size` counts each; what is left over is left out. */
function sums(counts: readonly number[], size: number): number[] {
  return Array.from({ length: Math.floor(counts.length / size) }, (_, piece) =>
    counts.slice(piece * size, (piece + 1) * size).reduce((sum, count) => sum + count, 0),
  );
}

function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) / mean;
}
