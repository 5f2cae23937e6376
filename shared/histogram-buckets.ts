/** Greatest value that is told apart from greater ones: one hour in microseconds. */
export const MAX_TRACKABLE_US = 3_600_000_000;

/**
 * How an HdrHistogram (Gil Tene, hdrhistogram.org) lays its buckets out: below 2 * `halfCount` each whole number has a
 * bucket of its own; from there on each doubling of the value has `halfCount` buckets, each twice as wide as before.
 */
export interface BucketLayout {
  /** log2 of `halfCount`. */
  readonly halfMagnitude: number;
  /** log2 of the least difference that matters; 0 when that is 1. */
  readonly unitMagnitude: number;
}

/** Three significant digits from 1 µs on: a bucket is never wider than 1/1024 of the values in it. */
export const MICROSECOND_LAYOUT: BucketLayout = { halfMagnitude: 10, unitMagnitude: 0 };

/** Least value of the bucket at `index`. */
export function bucketLowest(index: number, layout: BucketLayout = MICROSECOND_LAYOUT): number {
  const halfCount = 2 ** layout.halfMagnitude;
  const doubling = Math.max(0, Math.floor(index / halfCount) - 1);
  return (index - doubling * halfCount) * 2 ** (doubling + layout.unitMagnitude);
}

/** How many whole numbers the bucket at `index` holds. */
export function bucketWidth(index: number, layout: BucketLayout = MICROSECOND_LAYOUT): number {
  const doubling = Math.max(0, Math.floor(index / 2 ** layout.halfMagnitude) - 1);
  return 2 ** (doubling + layout.unitMagnitude);
}

/** Index of the bucket that holds `value`, a whole number from 0 to `MAX_TRACKABLE_US`, in the microsecond layout. */
export function bucketIndex(value: number): number {
  const doubling = Math.max(0, 21 - Math.clz32(value));
  return doubling * 1024 + (value >>> doubling);
}

/** Called with a bucket that is not empty. */
export type BucketVisitor = (index: number, count: number) => void;

const PAGE_BITS = 7;
const PAGE_SIZE = 2 ** PAGE_BITS;

/**
 * Counts in the microsecond layout. They are kept in pages of 128 buckets that are made when first needed: what a
 * stream's latencies touch is a few thousand of the 23,221 buckets, and a client with 1,000 sessions has 12,000
 * histograms. A count is a double, so that it is exact up to 2^53 and never wraps.
 */
export class BucketCounts {
  private readonly pages: (Float64Array | undefined)[] = [];

  /** Adds `count` at `value`, a whole number from 0 to `MAX_TRACKABLE_US`. */
  add(value: number, count: number): void {
    this.addAt(bucketIndex(value), count);
  }

  merge(other: BucketCounts): void {
    other.forEach((index, count) => this.addAt(index, count));
  }

  clear(): void {
    for (const page of this.pages) page?.fill(0);
  }

  /** Index of the bucket that holds the value of the given rank (1 is the least); the last one for a rank too high. */
  indexAtRank(rank: number): number {
    let seen = 0;
    let last = 0;
    for (const [pageIndex, page] of this.pages.entries()) {
      if (!page) continue;
      for (let i = 0; i < PAGE_SIZE; i += 1) {
        const count = page[i] ?? 0;
        if (count === 0) continue;
        seen += count;
        last = pageIndex * PAGE_SIZE + i;
        if (seen >= rank) return last;
      }
    }
    return last;
  }

  /** Visits every bucket that is not empty, least values first. */
  forEach(visit: BucketVisitor): void {
    for (const [pageIndex, page] of this.pages.entries()) {
      if (!page) continue;
      for (let i = 0; i < PAGE_SIZE; i += 1) {
        const count = page[i] ?? 0;
        if (count > 0) visit(pageIndex * PAGE_SIZE + i, count);
      }
    }
  }

  private addAt(index: number, count: number): void {
    const pageIndex = index >>> PAGE_BITS;
    const page = (this.pages[pageIndex] ??= new Float64Array(PAGE_SIZE));
    const i = index & (PAGE_SIZE - 1);
    page[i] = (page[i] ?? 0) + count;
  }
}
