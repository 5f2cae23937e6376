import type { RandomBits } from '../../shared/random-bits.js';

/** So many times a run is drawn anew; the ends of 95 % lie on 25 of them each. */
export const DRAWS = 1000;
/** Fewer buckets say nothing about how a run varies. */
const LEAST_BUCKETS = 8;

/** A figure of each bucket of a run, and how much the bucket counts. */
export interface BucketSeries {
  readonly values: readonly (number | null)[];
  readonly weights: readonly number[];
}

/**
 * How the weighted mean of each of `series`, which have the same buckets, varies when the run is drawn anew: for each draw
 * the mean less that of the run. Buckets are drawn in blocks, since what happens in one goes on in the next (circular
 * moving blocks: Politis and Romano, "A Circular Block-Resampling Procedure for Stationary Data", 1992; their length grows
 * with the third root of the number of buckets). Null for a run too short to say.
 */
export function drawDeviations(series: readonly BucketSeries[], random: RandomBits): readonly Float64Array[] | null {
  const buckets = series[0]?.values.length ?? 0;
  if (buckets < LEAST_BUCKETS) return null;
  const blockLength = Math.ceil(Math.cbrt(buckets));
  const means = series.map((each) => weightedMean(each, identity(buckets)));
  const deviations = series.map(() => new Float64Array(DRAWS));
  const drawn = new Uint32Array(buckets);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    for (let at = 0; at < buckets; at += blockLength) {
      const start = random.below(buckets);
      const end = Math.min(blockLength, buckets - at);
      for (let offset = 0; offset < end; offset += 1) drawn[at + offset] = (start + offset) % buckets;
    }
    for (const [index, each] of series.entries()) {
      const kept = deviations[index];
      if (kept) kept[draw] = weightedMean(each, drawn) - (means[index] ?? 0);
    }
  }
  return deviations;
}

/** The mean over the buckets that have a value; 0 without one. */
export function meanOf(series: BucketSeries): number {
  return weightedMean(series, identity(series.values.length));
}

function weightedMean({ values, weights }: BucketSeries, drawn: Uint32Array): number {
  let sum = 0;
  let weight = 0;
  for (const index of drawn) {
    const value = values[index] ?? null;
    if (value === null) continue;
    const own = weights[index] ?? 0;
    sum += value * own;
    weight += own;
  }
  return weight === 0 ? 0 : sum / weight;
}

function identity(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, index) => index);
}
