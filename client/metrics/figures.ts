import type { LatencyHistogram } from '../../shared/histogram.js';
import type { LatencyFigures, Quantiles } from './snapshot.js';

/** p50 and p99 of a histogram. */
export function quantilesOf(histogram: LatencyHistogram): Quantiles {
  return { p50: histogram.quantile(0.5), p99: histogram.quantile(0.99) };
}

/** Every latency figure of a histogram; `errorUs` bounds the error of each value in it, null while there is none. */
export function latencyFiguresOf(histogram: LatencyHistogram, errorUs: number | null): LatencyFigures {
  return {
    count: histogram.count,
    negative: histogram.negative,
    min: histogram.min,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: histogram.max,
    mean: histogram.mean,
    stddev: histogram.stddev,
    errorUs,
  };
}
