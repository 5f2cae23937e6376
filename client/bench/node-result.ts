import type { BenchCounts } from '../../shared/bench/bench-counts.js';
import type { ResultFacts } from '../../shared/bench/bench-measurement.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { readHistogram } from '../../shared/histogram-reader.js';
import { MAX_ABOUT_CHARS, MAX_HISTOGRAM_CHARS } from '../../shared/protocol/bench-messages.js';
import type { DeviceResult } from '../../shared/protocol/bench-messages.js';
import { toPrintable } from '../../shared/protocol/printable.js';

type Histograms = Pick<DeviceResult, 'latency' | 'latencyNegative' | 'age' | 'ageNegative'>;

/** What a device tells of a window that is over. */
export function nodeResult(counts: BenchCounts<LatencyHistogram>, facts: ResultFacts): DeviceResult {
  const { stopTimeUs } = counts.window;
  return {
    // Who came late and got no frame has measured nothing.
    fromTimeUs: counts.fromTimeUs ?? stopTimeUs,
    toTimeUs: stopTimeUs,
    ...counts.totals,
    reconnects: facts.reconnects,
    outageMs: Math.round(facts.outageUs / 1000),
    ...histogramsOf(counts),
    clock: clockOf(counts.errorUs, facts),
    ownDelayP99Us: facts.ownDelayP99Us,
    timeline: counts.timeline.timeline(stopTimeUs),
    about: toPrintable(facts.about).slice(0, MAX_ABOUT_CHARS),
  };
}

/** As fine as a message takes them: coarser where latencies lie all over the hour, and at last without ages. */
function histogramsOf({ latency, age }: BenchCounts<LatencyHistogram>): Histograms {
  const fine = encoded(latency, age);
  if (charsOf(fine) <= MAX_HISTOGRAM_CHARS) return fine;
  const coarse = encoded(coarsened(latency), coarsened(age));
  return charsOf(coarse) <= MAX_HISTOGRAM_CHARS ? coarse : { ...coarse, age: null, ageNegative: null };
}

function encoded(latency: LatencyHistogram, age: LatencyHistogram): Histograms {
  return {
    latency: latency.encode(),
    latencyNegative: latency.encodeNegative(),
    age: age.count > 0 ? age.encode() : null,
    ageNegative: age.encodeNegative(),
  };
}

function charsOf(histograms: Histograms): number {
  return Object.values(histograms).reduce((sum, text) => sum + (text?.length ?? 0), 0);
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

function clockOf(errorUs: number | null, { clock }: ResultFacts): DeviceResult['clock'] {
  return {
    offsetUs: clock?.offsetUs ?? null,
    errorUs: errorUs ?? clock?.errorUs ?? null,
    driftPpm: clock?.driftPpm ?? null,
    rttMinUs: clock?.rttMinUs ?? null,
    rttP50Us: clock?.rttP50Us ?? null,
  };
}
