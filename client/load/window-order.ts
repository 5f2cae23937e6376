import type { WindowOrder } from './load-messages.js';
import { bucketWidthUs, MAX_BUCKETS } from './timeline-buckets.js';
import type { BucketLayout } from './timeline-buckets.js';

/** Buckets of all sessions, or all targets, together in one report, so that it stays some megabytes large. */
const MOST_TOGETHER = 60_000;
const LEAST_BUCKETS = 20;
/** Of more sessions, or more targets, the histograms are only in what they come to together. */
export const MAX_HISTOGRAMS = 256;

/** How a window that begins at `startUs`, and is expected to last `expectedMs`, is cut for so many sessions. */
export function windowOrder(startUs: number, expectedMs: number, sessions: number): WindowOrder {
  return {
    startUs,
    buckets: bucketLayout(startUs, expectedMs, 1),
    sessionBuckets: bucketLayout(startUs, expectedMs, sessions),
    histograms: sessions <= MAX_HISTOGRAMS,
  };
}

/** The buckets of each of `sharers` time lines in one report. */
export function bucketLayout(startUs: number, expectedMs: number, sharers: number): BucketLayout {
  const share = Math.floor(MOST_TOGETHER / Math.max(1, sharers));
  const maxBuckets = Math.min(MAX_BUCKETS, Math.max(LEAST_BUCKETS, share));
  return { startUs, widthUs: bucketWidthUs(expectedMs, maxBuckets), maxBuckets };
}
