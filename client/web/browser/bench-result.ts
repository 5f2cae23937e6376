import type { BenchCounts } from '../../../shared/bench/bench-counts.js';
import type { ResultFacts } from '../../../shared/bench/bench-measurement.js';
import { type ResultHistograms, benchResult, histogramChars } from '../../../shared/bench/bench-result.js';
import { MAX_HISTOGRAM_CHARS } from '../../../shared/protocol/bench-messages.js';
import type { DeviceResult } from '../../../shared/protocol/bench-messages.js';
import type { EncodedCounts, SignedCounts } from './signed-counts.js';

/** What a device tells of a window that is over. */
export async function deviceResultOf(counts: BenchCounts<SignedCounts>, facts: ResultFacts): Promise<DeviceResult> {
  return benchResult(counts, facts, await histogramsOf(counts));
}

/** As fine as a message takes them. Coarse ones of the latencies alone always fit. */
async function histogramsOf({ latency, age }: BenchCounts<SignedCounts>): Promise<ResultHistograms> {
  for (const isCoarse of [false, true]) {
    const both = join(await latency.encode(isCoarse), age.count > 0 ? await age.encode(isCoarse) : null);
    if (histogramChars(both) <= MAX_HISTOGRAM_CHARS) return both;
  }
  return join(await latency.encode(true), null);
}

function join(latency: EncodedCounts, age: EncodedCounts | null): ResultHistograms {
  return {
    latency: latency.positive,
    latencyNegative: latency.negative,
    age: age?.positive ?? null,
    ageNegative: age?.negative ?? null,
  };
}
