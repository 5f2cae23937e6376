import type { WindowOrder } from './load-messages.js';
import { bucketWidthUs, MAX_BUCKETS } from './timeline-buckets.js';

/** Buckets of all sessions together in one report, so that it stays some megabytes large whatever the crowd. */
const MAX_SESSION_BUCKETS = 60_000;
const LEAST_SESSION_BUCKETS = 20;
/** With more sessions than this their histograms are only in the total and in those of their targets. */
const MAX_SESSION_HISTOGRAMS = 256;

/** How a window that begins at `startUs`, and is expected to last `expectedMs`, is cut for so many sessions. */
export function windowOrder(startUs: number, expectedMs: number, sessions: number): WindowOrder {
  const share = Math.floor(MAX_SESSION_BUCKETS / Math.max(1, sessions));
  const maxSessionBuckets = Math.min(MAX_BUCKETS, Math.max(LEAST_SESSION_BUCKETS, share));
  return {
    startUs,
    bucketUs: bucketWidthUs(expectedMs, MAX_BUCKETS),
    sessionBucketUs: bucketWidthUs(expectedMs, maxSessionBuckets),
    maxBuckets: MAX_BUCKETS,
    maxSessionBuckets,
    histograms: sessions <= MAX_SESSION_HISTOGRAMS,
  };
}
