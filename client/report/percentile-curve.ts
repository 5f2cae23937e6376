import { LatencyHistogram } from '../../shared/histogram.js';
import type { EncodedDistribution } from './run-report-schema.js';

/** One point of a curve: the share of values that do not exceed `us`. */
export interface PercentilePoint {
  /** 0 to below 1. */
  readonly quantile: number;
  /** Place on the scale: 0 at 0 %, 1 at 90 %, 2 at 99 %, 3 at 99.9 %. */
  readonly decade: number;
  readonly us: number;
}

/** A distribution that can be drawn. */
export interface PercentileCurve {
  readonly count: number;
  /** From 0 % to the last percentile that `count` values can tell apart from their maximum. */
  readonly points: readonly PercentilePoint[];
  readonly at: (quantile: number) => number | null;
}

/** More would be finer than a pixel. */
const POINTS_A_DECADE = 30;

/**
 * The curve of `distribution` on the scale of HdrHistogram's plots, log10(1 / (1 - q)), on which each nine takes as much
 * room as the one before. A histogram that cannot be decoded, as a report from elsewhere may hold, is drawn as empty.
 */
export function percentileCurve(distribution: EncodedDistribution): PercentileCurve {
  const histogram = decoded(distribution);
  const { count } = histogram;
  if (count === 0) return { count, points: [], at: () => null };
  const last = Math.log10(count);
  const steps = Math.max(1, Math.ceil(last * POINTS_A_DECADE));
  const points = Array.from({ length: steps + 1 }, (_, index) => {
    const decade = (last * index) / steps;
    const quantile = 1 - 10 ** -decade;
    return { quantile, decade, us: histogram.quantile(quantile) ?? 0 };
  });
  const max = histogram.max ?? 0;
  return { count, points: [...points, { quantile: 1, decade: last, us: max }], at: (q) => histogram.quantile(q) };
}

/**
 * Quantiles at which a curve is read: tens of a percent up to 90, then nine to each further nine, as far as `count` values
 * can tell them apart, and 1 for the maximum.
 */
export function readingQuantiles(count: number): number[] {
  const decades = 1 + Math.ceil(Math.log10(Math.max(1, count)));
  const quantiles = Array.from({ length: decades }, (_, decade) =>
    Array.from({ length: 9 }, (_unused, step) => 1 - (10 - step) / 10 ** (decade + 1)),
  ).flat();
  return [...quantiles.filter((quantile) => isTold(quantile, count)), 1];
}

/** Whether `count` values tell the quantile apart from their maximum. */
export function isTold(quantile: number, count: number): boolean {
  // Differences of shares near 1 come out a little too small.
  return quantile >= 1 || (1 - quantile) * count > 1 - 1e-6;
}

/** A quantile as people say it: `p99.9`, `max`. */
export function percentileText(quantile: number): string {
  if (quantile >= 1) return 'max';
  return `p${Number((quantile * 100).toFixed(8))}`;
}

function decoded({ values, negative }: EncodedDistribution): LatencyHistogram {
  try {
    return LatencyHistogram.decode(values, negative);
  } catch {
    return new LatencyHistogram();
  }
}
