import { encodeIntoCompressedBase64, Int32Histogram, type JsHistogram } from 'hdr-histogram-js';

import { type Bar, makeBars } from './histogram-bars.js';
import { correctHeader } from './histogram-envelope.js';
import { MAX_COUNT, readHistogram } from './histogram-reader.js';

/** Greatest value that is told apart from greater ones: one hour in microseconds. */
export const MAX_TRACKABLE_US = 3_600_000_000;

const SIGNIFICANT_DIGITS = 3;
/** The part of all values that the bars of a drawing cover; the outer bars hold the rest. */
const BARS_FROM_QUANTILE = 0.001;
const BARS_TO_QUANTILE = 0.999;

/** Everything that a histogram holds, as plain data that goes from one thread to another without any loss. */
export interface HistogramState {
  /** A value of each bucket that is not empty, and how many values lie in it. */
  readonly valuesUs: Float64Array;
  readonly counts: Float64Array;
  readonly uncounted: number;
  readonly saturated: number;
  readonly least: number;
  readonly greatest: number;
  readonly sumUs: number;
  readonly squaredDeviations: number;
}

/**
 * Distribution of signed microsecond values: latencies, and plain durations too. Negative values are kept, so that a
 * clock that is off shows. Quantiles are right to three significant digits (an HdrHistogram of each sign); `count`,
 * `min`, `max`, `mean` and `stddev` are exact. Values beyond one hour count as one hour, and of more than 2^32 - 1 values
 * the later ones do not count, but as `uncounted`.
 */
export class LatencyHistogram {
  // Made when first needed: a client may hold thousands of histograms, and many of them stay empty.
  private positives: JsHistogram | undefined;
  private negatives: JsHistogram | undefined;
  private counted = 0;
  private countedNegative = 0;
  private countedSaturated = 0;
  private leftOut = 0;
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

  /** Values that came when it was full, and are in nothing else that it says. */
  get uncounted(): number {
    return this.leftOut;
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
    const added = Math.min(count, MAX_COUNT - this.counted);
    this.leftOut += count - added;
    if (added <= 0) return;
    // Adding 0 makes -0 a 0.
    let value = Math.round(valueUs) + 0;
    if (value > MAX_TRACKABLE_US || value < -MAX_TRACKABLE_US) {
      value = Math.sign(value) * MAX_TRACKABLE_US;
      this.countedSaturated += added;
    }
    if (value >= 0) {
      this.positives ??= newCounts();
      this.positives.recordValueWithCount(value, added);
    } else {
      this.negatives ??= newCounts();
      this.negatives.recordValueWithCount(-value, added);
      this.countedNegative += added;
    }
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    // West, "Updating mean and variance estimates: an improved method", CACM 22 (1979): no sum of squares to cancel.
    const meanBefore = this.counted > 0 ? this.sumUs / this.counted : 0;
    this.counted += added;
    this.sumUs += value * added;
    this.squaredDeviations += (value - meanBefore) * (value - this.sumUs / this.counted) * added;
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

  /**
   * Adds every value of `other`; where that would be more than 2^32 - 1 values together, an even share of them, so that
   * they stay distributed as they are. A long run loses nothing else by it than its last values.
   */
  merge(other: LatencyHistogram): void {
    this.leftOut += other.leftOut;
    const added = Math.min(other.counted, MAX_COUNT - this.counted);
    if (added < other.counted) return this.mergeShare(other, added);
    if (added === 0) return;
    if (other.positives) (this.positives ??= newCounts()).add(other.positives);
    if (other.negatives) (this.negatives ??= newCounts()).add(other.negatives);
    const total = this.counted + added;
    const apart = (other.mean ?? 0) - (this.mean ?? 0);
    this.squaredDeviations += other.squaredDeviations + (apart * apart * this.counted * added) / total;
    this.sumUs += other.sumUs;
    this.counted = total;
    this.countedNegative += other.countedNegative;
    this.countedSaturated += other.countedSaturated;
    this.least = Math.min(this.least, other.least);
    this.greatest = Math.max(this.greatest, other.greatest);
  }

  /** Forgets every value but keeps the memory, so that an interval's histogram can be used over and over. */
  reset(): void {
    this.positives?.reset();
    this.negatives?.reset();
    this.counted = 0;
    this.countedNegative = 0;
    this.countedSaturated = 0;
    this.leftOut = 0;
    this.least = Infinity;
    this.greatest = -Infinity;
    this.sumUs = 0;
    this.squaredDeviations = 0;
  }

  /** The values from 0 on as an HdrHistogram (V2, compressed, base64). */
  encode(): string {
    return encodeCounts(this.positives ?? newCounts());
  }

  /** The magnitudes of the negative values as an HdrHistogram; null when there are none. */
  encodeNegative(): string | null {
    return this.negatives && this.countedNegative > 0 ? encodeCounts(this.negatives) : null;
  }

  /** Everything it holds; unlike the encoded form with the exact `min`, `max`, `mean` and `stddev`. */
  state(): HistogramState {
    const values: number[] = [];
    const counts: number[] = [];
    const visit = (sign: number) => (valueUs: number, count: number) => {
      values.push(sign * valueUs);
      counts.push(count);
    };
    if (this.negatives) visitMiddles(this.negatives, visit(-1));
    if (this.positives) visitMiddles(this.positives, visit(1));
    const { countedSaturated: saturated, leftOut: uncounted, least, greatest, sumUs, squaredDeviations } = this;
    const buckets = { valuesUs: Float64Array.from(values), counts: Float64Array.from(counts) };
    return { ...buckets, uncounted, saturated, least, greatest, sumUs, squaredDeviations };
  }

  /** A histogram that holds what `state` says. */
  static ofState(state: HistogramState): LatencyHistogram {
    const histogram = new LatencyHistogram();
    state.valuesUs.forEach((valueUs, index) => histogram.record(valueUs, state.counts[index]));
    histogram.leftOut = state.uncounted;
    histogram.countedSaturated = state.saturated;
    histogram.least = state.least;
    histogram.greatest = state.greatest;
    histogram.sumUs = state.sumUs;
    histogram.squaredDeviations = state.squaredDeviations;
    return histogram;
  }

  /**
   * Decodes what `encode` and `encodeNegative` made, or any other HdrHistogram (V2, compressed, base64) of whole
   * microseconds up to 2^32 with at most three significant digits. Every value is taken as the middle of its bucket, for
   * `min`, `max`, `mean` and `stddev` too. The text may come from a peer. Throws BAD_MESSAGE.
   */
  static decode(base64: string, negativeBase64?: string | null): LatencyHistogram {
    const histogram = new LatencyHistogram();
    readHistogram(base64, (valueUs, count) => histogram.record(valueUs, count));
    if (typeof negativeBase64 === 'string') {
      readHistogram(negativeBase64, (valueUs, count) => histogram.record(-valueUs, count));
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
    const resolutionUs = (this.positives ?? this.negatives)?.sizeOfEquivalentValueRange(Math.max(-lowUs, highUs)) ?? 1;
    const range = { minUs: this.least, lowUs, highUs, maxUs: this.greatest, resolutionUs };
    return makeBars(range, maxBars, (visit) => {
      if (this.negatives) visitMiddles(this.negatives, (valueUs, count) => visit(-valueUs, count));
      if (this.positives) visitMiddles(this.positives, visit);
    });
  }

  /** Adds `added` of the values of `other`, of each bucket its share; a value is then the middle of its bucket. */
  private mergeShare(other: LatencyHistogram, added: number): void {
    const { valuesUs, counts } = other.state();
    let seen = 0;
    let taken = 0;
    valuesUs.forEach((valueUs, index) => {
      seen += counts[index] ?? 0;
      const upToHere = Math.round((seen * added) / other.counted);
      if (upToHere > taken) this.record(valueUs, upToHere - taken);
      taken = upToHere;
    });
    this.leftOut += other.counted - added;
  }

  private valueAtRank(rank: number): number {
    if (this.negatives && rank <= this.countedNegative) {
      return -this.negatives.lowestEquivalentValue(greatestAtRank(this.negatives, this.countedNegative - rank + 1));
    }
    return this.positives ? greatestAtRank(this.positives, rank - this.countedNegative) : 0;
  }
}

/** Three significant digits from 1 µs on: a bucket is never wider than 1/1024 of the values in it. */
function newCounts(): JsHistogram {
  // The range grows with the values: up to 100 ms it takes a third of the memory of the whole hour.
  const counts = new Int32Histogram(1, 2, SIGNIFICANT_DIGITS);
  counts.autoResize = true;
  return counts;
}

function encodeCounts(counts: JsHistogram): string {
  return correctHeader(encodeIntoCompressedBase64(counts));
}

/** Greatest value of the bucket with the value of the given rank (1 is the least). */
function greatestAtRank(counts: JsHistogram, rank: number): number {
  // The library rounds the rank up, so half a rank less makes it exact whatever the percentage is rounded to.
  return counts.getValueAtPercentile((100 * (rank - 0.5)) / counts.totalCount);
}

/** Visits every bucket that is not empty; by index, since the library's own iterator takes four times as long. */
function visitMiddles(counts: JsHistogram, visit: (valueUs: number, count: number) => void): void {
  for (let index = 0; index < counts.countsArrayLength; index += 1) {
    const count = counts.getCountAtIndex(index);
    if (count > 0) visit(counts.medianEquivalentValue(counts.valueFromIndex(index)), count);
  }
}
