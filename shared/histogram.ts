import { BucketCounts, bucketIndex, bucketLowest, bucketWidth, MAX_TRACKABLE_US } from './histogram-buckets.js';
import { type Bar, makeBars } from './histogram-bars.js';
import { decodeBuckets, encodeBuckets } from './histogram-codec.js';

/** The part of all values that the bars of a drawing cover; the outer bars hold the rest. */
const BARS_FROM_QUANTILE = 0.001;
const BARS_TO_QUANTILE = 0.999;

/**
 * Distribution of signed microsecond values: latencies, and plain durations too. Negative values are kept, so that a
 * clock that is off shows. Quantiles are right to three significant digits (an HdrHistogram of each sign); `count`,
 * `min`, `max`, `mean` and `stddev` are exact. Values beyond one hour count as one hour.
 *
 * The counting is our own and not a library's, because recording is done ten times a frame (7 ns against 104 ns for
 * hdr-histogram-js), a client may hold thousands of histograms, and what is decoded may come from a hostile peer.
 */
export class LatencyHistogram {
  private readonly positives = new BucketCounts();
  private negatives: BucketCounts | undefined;
  private counted = 0;
  private countedNegative = 0;
  private countedSaturated = 0;
  private least = Infinity;
  private greatest = -Infinity;
  private sumUs = 0;
  private squaredDeviations = 0;

  /** Values recorded. */
  get count(): number {
    return this.counted;
  }

  /** Values below zero. */
  get negative(): number {
    return this.countedNegative;
  }

  /** Values beyond one hour, which were recorded as one hour. */
  get saturated(): number {
    return this.countedSaturated;
  }

  /** Least value; null while there is none. */
  get min(): number | null {
    return this.counted > 0 ? this.least : null;
  }

  /** Greatest value; null while there is none. */
  get max(): number | null {
    return this.counted > 0 ? this.greatest : null;
  }

  /** Arithmetic mean; null while there is no value. */
  get mean(): number | null {
    return this.counted > 0 ? this.sumUs / this.counted : null;
  }

  /** Standard deviation of the values seen (not an estimate for a larger population); null while there is none. */
  get stddev(): number | null {
    return this.counted > 0 ? Math.sqrt(this.squaredDeviations / this.counted) : null;
  }

  /** Records `count` times `valueUs`, rounded to a whole microsecond. Throws RangeError for NaN. */
  record(valueUs: number, count = 1): void {
    if (Number.isNaN(valueUs)) throw new RangeError('A histogram cannot record NaN.');
    if (count <= 0) return;
    // Adding 0 makes -0 a 0.
    let value = Math.round(valueUs) + 0;
    if (value > MAX_TRACKABLE_US || value < -MAX_TRACKABLE_US) {
      value = Math.sign(value) * MAX_TRACKABLE_US;
      this.countedSaturated += count;
    }
    if (value >= 0) {
      this.positives.add(value, count);
    } else {
      this.negatives ??= new BucketCounts();
      this.negatives.add(-value, count);
      this.countedNegative += count;
    }
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    // West, "Updating mean and variance estimates: an improved method", CACM 22 (1979): no sum of squares to cancel.
    const meanBefore = this.counted > 0 ? this.sumUs / this.counted : 0;
    this.counted += count;
    this.sumUs += value * count;
    this.squaredDeviations += (value - meanBefore) * (value - this.sumUs / this.counted) * count;
  }

  /**
   * The value that a share of `q` (0 to 1) of all values does not exceed, as HdrHistogram defines it: the greatest value
   * of the bucket with the value of rank ceil(q * count), at most 1/1024 away from that value. Null while there is none.
   */
  quantile(q: number): number | null {
    if (this.counted === 0) return null;
    // The product may come out one rounding error too large, which must not lift the rank.
    const rank = Math.min(this.counted, Math.max(1, Math.ceil(q * this.counted * (1 - Number.EPSILON))));
    return Math.min(this.greatest, Math.max(this.least, this.valueAtRank(rank)));
  }

  /** Adds every value of `other`. */
  merge(other: LatencyHistogram): void {
    if (other.counted === 0) return;
    this.positives.merge(other.positives);
    if (other.negatives) (this.negatives ??= new BucketCounts()).merge(other.negatives);
    const total = this.counted + other.counted;
    const apart = (other.mean ?? 0) - (this.mean ?? 0);
    this.squaredDeviations += other.squaredDeviations + (apart * apart * this.counted * other.counted) / total;
    this.sumUs += other.sumUs;
    this.counted = total;
    this.countedNegative += other.countedNegative;
    this.countedSaturated += other.countedSaturated;
    this.least = Math.min(this.least, other.least);
    this.greatest = Math.max(this.greatest, other.greatest);
  }

  /** Forgets every value but keeps the memory, so that an interval's histogram can be used over and over. */
  reset(): void {
    this.positives.clear();
    this.negatives?.clear();
    this.counted = 0;
    this.countedNegative = 0;
    this.countedSaturated = 0;
    this.least = Infinity;
    this.greatest = -Infinity;
    this.sumUs = 0;
    this.squaredDeviations = 0;
  }

  /** The values from 0 on as an HdrHistogram (V2, compressed, base64). */
  encode(): string {
    return encodeBuckets((visit) => this.positives.forEach(visit));
  }

  /** The magnitudes of the negative values as an HdrHistogram; null when there are none. */
  encodeNegative(): string | null {
    return this.countedNegative > 0 ? encodeBuckets((visit) => this.negatives?.forEach(visit)) : null;
  }

  /**
   * Decodes what `encode` and `encodeNegative` made, or any other HdrHistogram of microseconds (V2, compressed, base64).
   * Every value is taken as the middle of its bucket, for `min`, `max`, `mean` and `stddev` too. Throws BAD_MESSAGE.
   */
  static decode(base64: string, negativeBase64?: string | null): LatencyHistogram {
    const histogram = new LatencyHistogram();
    decodeBuckets(base64, (index, count, layout) => histogram.record(bucketMiddle(index, layout), count));
    if (typeof negativeBase64 === 'string') {
      decodeBuckets(negativeBase64, (index, count, layout) => histogram.record(-bucketMiddle(index, layout), count));
    }
    return histogram;
  }

  /**
   * At most `maxBars` bars for drawing (at least 2 are taken), of one width with readable bounds, from the 0.1th to the
   * 99.9th percentile. What lies outside counts in the outer bars, whose outer bounds say how far out. Where a bucket
   * lies across the bound of two bars all of it counts in the one that has its middle.
   */
  bars(maxBars: number): Bar[] {
    const lowUs = this.quantile(BARS_FROM_QUANTILE);
    const highUs = this.quantile(BARS_TO_QUANTILE);
    if (lowUs === null || highUs === null) return [];
    const resolutionUs = bucketWidth(bucketIndex(Math.max(-lowUs, highUs)));
    const range = { minUs: this.least, lowUs, highUs, maxUs: this.greatest, resolutionUs };
    return makeBars(range, maxBars, (visit) => {
      this.negatives?.forEach((index, count) => visit(-bucketMiddle(index), count));
      this.positives.forEach((index, count) => visit(bucketMiddle(index), count));
    });
  }

  private valueAtRank(rank: number): number {
    if (this.negatives && rank <= this.countedNegative) {
      return -bucketLowest(this.negatives.indexAtRank(this.countedNegative - rank + 1));
    }
    const index = this.positives.indexAtRank(rank - this.countedNegative);
    return bucketLowest(index) + bucketWidth(index) - 1;
  }
}

function bucketMiddle(index: number, layout?: Parameters<typeof bucketLowest>[1]): number {
  return bucketLowest(index, layout) + Math.floor(bucketWidth(index, layout) / 2);
}
