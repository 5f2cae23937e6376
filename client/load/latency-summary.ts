import type { LatencyHistogram } from '../../shared/histogram.js';
import type { LatencySummary } from '../report/latency-schema.js';
import type { EncodedDistribution } from '../report/run-report-schema.js';
import { latencyFiguresOf } from '../metrics/figures.js';

/** A distribution as it stands in reports; of one without values nothing is wrong either. */
export function latencySummary(histogram: LatencyHistogram, errorUs: number | null): LatencySummary {
  return latencyFiguresOf(histogram, histogram.count === 0 ? null : errorUs);
}

/** A distribution in full, as it stands in reports. */
export function encodedDistribution(histogram: LatencyHistogram): EncodedDistribution {
  const negative = histogram.encodeNegative();
  return { values: histogram.encode(), ...(negative !== null && { negative }) };
}
