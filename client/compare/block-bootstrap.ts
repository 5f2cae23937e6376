import type { RandomBits } from '../../shared/random-bits.js';
import { fewnessOf } from './confidence.js';

/** So many times a run is drawn anew; the ends of 95 % lie on 25 of them each. */
export const DRAWS = 1000;
/** Fewer buckets say nothing about how a run varies. */
const LEAST_BUCKETS = 8;
const MAX_LIKENESS = 0.97;
/** Clocks that are off can make a latency nothing or less, of which there is no logarithm. */
const LEAST_US = 1;

/** A figure of each bucket of a run, and how much the bucket counts. */
export interface BucketSeries {
  readonly values: readonly (number | null)[];
  readonly weights: readonly number[];
  /** One bucket that is far off moves a quantile of the run as far as its rank goes, not as far as its value. */
  readonly isGeometric: boolean;
}

/**
 * How the weighted mean of each of `series`, which have the same buckets, varies when the run is drawn anew: for each draw
 * the logarithm of its ratio to that of the run, since what is measured varies in proportion and never falls below nothing.
 * Null in place of a series whose mean is nothing. Buckets are drawn in blocks, since what happens in one goes on in the next (circular
 * moving blocks: Politis and Romano, "A Circular Block-Resampling Procedure for Stationary Data", 1992). Null for a run too
 * short to say.
 */
export function drawLogRatios(
  series: readonly BucketSeries[],
  random: RandomBits,
): readonly (Float64Array | null)[] | null {
  const buckets = series[0]?.values.length ?? 0;
  if (buckets < LEAST_BUCKETS) return null;
  const blockLength = Math.max(...series.map(blockLengthOf));
  // A run of few blocks knows little of how blocks vary.
  const fewness = fewnessOf(Math.max(2, buckets / blockLength));
  const means = series.map((each) => weightedMean(each, identity(buckets)));
  const ratios = means.map((mean) => (mean > 0 ? new Float64Array(DRAWS) : null));
  const drawn = new Uint32Array(buckets);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    for (let at = 0; at < buckets; at += blockLength) {
      const start = random.below(buckets);
      const end = Math.min(blockLength, buckets - at);
      for (let offset = 0; offset < end; offset += 1) drawn[at + offset] = (start + offset) % buckets;
    }
    for (const [index, each] of series.entries()) {
      const kept = ratios[index];
      if (kept) kept[draw] = fewness * Math.log(weightedMean(each, drawn) / (means[index] ?? 1));
    }
  }
  return ratios;
}

/**
 * Buckets in a block: more, the more each is like the one before (Politis and White, "Automatic Block-Length Selection for
 * the Dependent Bootstrap", 2004, of an autoregressive process of the first order), and a third of the run at most.
 */
function blockLengthOf({ values, isGeometric }: BucketSeries): number {
  const known = values
    .filter((value) => value !== null)
    .map((value) => (isGeometric ? Math.log(Math.max(LEAST_US, value)) : value));
  const likeness = Math.min(MAX_LIKENESS, Math.max(0, likenessOf(known)));
  const length = Math.cbrt(6 * (likeness / (1 - likeness ** 2)) ** 2 * values.length);
  return Math.max(1, Math.min(Math.ceil(Math.max(length, Math.cbrt(values.length))), Math.floor(values.length / 3)));
}

/** Autocorrelation at a distance of one, less what is missing of it in a short series (Kendall, 1954). */
function likenessOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let together = 0;
  let alone = 0;
  for (const [index, value] of values.entries()) {
    together += (value - mean) * ((values[index + 1] ?? mean) - mean);
    alone += (value - mean) ** 2;
  }
  const likeness = alone === 0 ? 0 : together / alone;
  return likeness + (1 + 3 * likeness) / values.length;
}

/** Geometric where the series says so. */
function weightedMean({ values, weights, isGeometric }: BucketSeries, drawn: Uint32Array): number {
  let sum = 0;
  let weight = 0;
  for (const index of drawn) {
    const value = values[index] ?? null;
    if (value === null) continue;
    const own = weights[index] ?? 0;
    sum += (isGeometric ? Math.log(Math.max(LEAST_US, value)) : value) * own;
    weight += own;
  }
  if (weight === 0) return 0;
  return isGeometric ? Math.exp(sum / weight) : sum / weight;
}

function identity(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, index) => index);
}
