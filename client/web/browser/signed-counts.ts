import { HIGHEST_US, boundsOf, bucketOf, encodeDeflated } from './histogram-bytes.js';
import type { BucketCounts } from './histogram-bytes.js';

/** A distribution as the protocol carries it: HdrHistograms (V2, compressed, base64) of microseconds. */
export interface EncodedCounts {
  /** The values from 0 on. */
  readonly positive: string;
  /** The magnitudes of those below; null where there are none. */
  readonly negative: string | null;
}

/** Most values that a histogram holds, for whoever reads it. */
const MAX_COUNT = 2 ** 32 - 1;
const COARSE_BUCKETS = 8;

/**
 * Distribution of signed microsecond values, in the buckets of HdrHistogram with three significant digits, as
 * shared/histogram.ts has it. Negative values are kept, so that a clock that is off shows; those beyond an hour count as
 * one. Only buckets in use take memory.
 */
export class SignedCounts {
  private readonly positives = new Map<number, number>();
  private readonly negatives = new Map<number, number>();
  private counted = 0;
  private least = Infinity;
  private greatest = -Infinity;

  /** Values recorded. */
  get count(): number {
    return this.counted;
  }

  /** Records `count` times `valueUs`, rounded to a whole microsecond. */
  record(valueUs: number, count = 1): void {
    const added = Math.min(count, MAX_COUNT - this.counted);
    if (Number.isNaN(valueUs) || added <= 0) return;
    // Adding 0 makes -0 a 0.
    const value = Math.max(-HIGHEST_US, Math.min(HIGHEST_US, Math.round(valueUs))) + 0;
    const counts = value < 0 ? this.negatives : this.positives;
    const bucket = bucketOf(Math.abs(value));
    counts.set(bucket, (counts.get(bucket) ?? 0) + added);
    this.counted += added;
    this.least = Math.min(this.least, value);
    this.greatest = Math.max(this.greatest, value);
  }

  /**
   * The value that a share of `q` (0 to 1) of all values does not exceed: the greatest value of the bucket with the value
   * of rank ceil(q * count). Null while there is none.
   */
  quantile(q: number): number | null {
    if (this.counted === 0) return null;
    // The product may come out one rounding error too large, which must not lift the rank.
    const rank = Math.max(1, Math.ceil(q * this.counted * (1 - Number.EPSILON)));
    return Math.min(this.greatest, Math.max(this.least, this.valueAtRank(rank)));
  }

  /**
   * The values as they are now. Where that is too long for a message, `isCoarse` gives two significant digits, in not more
   * than 23 KiB for each sign.
   */
  async encode(isCoarse = false): Promise<EncodedCounts> {
    const ordered = (counts: ReadonlyMap<number, number>): BucketCounts => inOrder(isCoarse ? coarse(counts) : counts);
    const [positives, negatives] = [ordered(this.positives), ordered(this.negatives)];
    return {
      positive: await encodeDeflated(positives),
      negative: negatives.length > 0 ? await encodeDeflated(negatives) : null,
    };
  }

  private valueAtRank(rank: number): number {
    let seen = 0;
    for (const [bucket, count] of inOrder(this.negatives).reverse()) {
      seen += count;
      if (seen >= rank) return -boundsOf(bucket)[0];
    }
    for (const [bucket, count] of inOrder(this.positives)) {
      seen += count;
      if (seen >= rank) return boundsOf(bucket)[1];
    }
    return this.greatest;
  }
}

/** Eight neighbours in one bucket, the middle one. */
function coarse(counts: ReadonlyMap<number, number>): Map<number, number> {
  const joined = new Map<number, number>();
  for (const [bucket, count] of counts) {
    const middle = bucket - (bucket % COARSE_BUCKETS) + COARSE_BUCKETS / 2;
    joined.set(middle, (joined.get(middle) ?? 0) + count);
  }
  return joined;
}

function inOrder(counts: ReadonlyMap<number, number>): [bucket: number, count: number][] {
  return [...counts].sort(([a], [b]) => a - b);
}
