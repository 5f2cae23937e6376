import type { Timeline } from '../report/run-report-schema.js';
import { greater } from './bucket-maxima.js';

/** How a window is cut into buckets. */
export interface BucketLayout {
  readonly startUs: number;
  readonly widthUs: number;
  /** When there would be more, two become one. */
  readonly maxBuckets: number;
}

/** What happened in one bucket. */
export interface Bucket {
  readonly frames: number;
  readonly bytes: number;
  readonly latencyP50Us: number | null;
  readonly latencyP99Us: number | null;
  readonly sessions: number;
}

/** Most buckets of a time line in a report. */
export const MAX_BUCKETS = 600;
const SECOND_US = 1_000_000;

/** A window ends a little later than it was expected to, and that must not cost half of the buckets. */
const SLACK_MS = 2000;

/** Whole seconds a bucket so that a window of `windowMs` has fewer than `maxBuckets`. */
export function bucketWidthUs(windowMs: number, maxBuckets: number): number {
  return Math.max(1, Math.ceil((windowMs + SLACK_MS) / 1000 / maxBuckets)) * SECOND_US;
}

/**
 * The whole buckets of a window, one after the other; what its end cuts off is in none. A window that becomes longer than was expected has buckets joined two by
 * two: frames and bytes add up, p99 is the greater of both, p50 the mean of both, weighted by their frames.
 */
export class TimelineBuckets {
  private buckets: Bucket[] = [];
  private width: number;

  constructor(private readonly layout: BucketLayout) {
    this.width = layout.widthUs;
  }

  get widthUs(): number {
    return this.width;
  }

  get isEmpty(): boolean {
    return this.buckets.length === 0;
  }

  /** When the bucket that is open now ends. */
  get endUs(): number {
    return this.layout.startUs + (this.buckets.length + 1) * this.width;
  }

  /** Closes the bucket that is open. */
  push(bucket: Bucket): void {
    this.buckets.push(bucket);
    if (this.buckets.length < this.layout.maxBuckets) return;
    const { buckets } = this;
    this.buckets = Array.from({ length: buckets.length >> 1 }, (_, index) =>
      joined(buckets[2 * index], buckets[2 * index + 1]),
    );
    this.width *= 2;
  }

  /** As it stands in reports; `agesUs` has the greatest age of each bucket of the width and number that it is given. */
  timeline(agesUs: (widthUs: number, length: number) => (number | null)[], withSessions: boolean): Timeline {
    const { buckets, width } = this;
    return {
      bucketMs: width / 1000,
      frames: buckets.map(({ frames }) => frames),
      bytes: buckets.map(({ bytes }) => bytes),
      latencyP50Us: buckets.map(({ latencyP50Us }) => latencyP50Us),
      latencyP99Us: buckets.map(({ latencyP99Us }) => latencyP99Us),
      ageMaxUs: agesUs(width, buckets.length).map((ageUs) => ageUs && Math.round(ageUs)),
      ...(withSessions && { sessions: buckets.map(({ sessions }) => sessions) }),
    };
  }
}

function joined(a: Bucket | undefined, b: Bucket | undefined): Bucket {
  if (!a || !b) return a ?? b ?? { frames: 0, bytes: 0, latencyP50Us: null, latencyP99Us: null, sessions: 0 };
  return {
    frames: a.frames + b.frames,
    bytes: a.bytes + b.bytes,
    latencyP50Us: weighted(a, b),
    latencyP99Us: greater(a.latencyP99Us, b.latencyP99Us),
    sessions: b.sessions,
  };
}

function weighted(a: Bucket, b: Bucket): number | null {
  if (a.latencyP50Us === null || b.latencyP50Us === null) return a.latencyP50Us ?? b.latencyP50Us;
  const frames = Math.max(1, a.frames + b.frames);
  return Math.round((a.latencyP50Us * a.frames + b.latencyP50Us * b.frames) / frames);
}
