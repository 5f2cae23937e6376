import type { BenchCounts } from '../../shared/bench/bench-counts.js';
import type { ResultFacts } from '../../shared/bench/bench-measurement.js';
import { type ResultHistograms, benchResult, histogramChars } from '../../shared/bench/bench-result.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { readHistogram } from '../../shared/histogram-reader.js';
import { MAX_HISTOGRAM_CHARS } from '../../shared/protocol/bench-messages.js';
import type { DeviceResult } from '../../shared/protocol/bench-messages.js';

/** What a device tells of a window that is over. */
export function nodeResult(counts: BenchCounts<LatencyHistogram>, facts: ResultFacts): DeviceResult {
  return benchResult(counts, facts, histogramsOf(counts));
}

/** As fine as a message takes them: coarser where latencies lie all over the hour, and at last without ages. */
function histogramsOf({ latency, age }: BenchCounts<LatencyHistogram>): ResultHistograms {
  const fine = encoded(latency, age);
  if (histogramChars(fine) <= MAX_HISTOGRAM_CHARS) return fine;
  const coarse = encoded(coarsened(latency), coarsened(age));
  return histogramChars(coarse) <= MAX_HISTOGRAM_CHARS ? coarse : { ...coarse, age: null, ageNegative: null };
}

function encoded(latency: LatencyHistogram, age: LatencyHistogram): ResultHistograms {
  return {
    latency: latency.encode(),
    latencyNegative: latency.encodeNegative(),
    age: age.count > 0 ? age.encode() : null,
    ageNegative: age.encodeNegative(),
  };
}

/** The same values to two significant digits. */
function coarsened(histogram: LatencyHistogram): LatencyHistogram {
  const coarse = new LatencyHistogram();
  const negative = histogram.encodeNegative();
  readHistogram(histogram.encode(), (valueUs, count) => coarse.record(middleUs(valueUs), count));
  if (negative !== null) readHistogram(negative, (valueUs, count) => coarse.record(-middleUs(valueUs), count));
  return coarse;
}

/** The middle of the bucket of `valueUs` where each doubling has 128 of them, as with two significant digits. */
function middleUs(valueUs: number): number {
  const widthUs = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, valueUs))) - 7);
  return Math.floor(valueUs / widthUs) * widthUs + Math.floor(widthUs / 2);
}
