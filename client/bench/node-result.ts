import type { BenchCounts } from '../../shared/bench/bench-counts.js';
import type { ResultFacts } from '../../shared/bench/bench-measurement.js';
import type { LatencyHistogram } from '../../shared/histogram.js';
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
    timeline: counts.timeline.timeline(stopTimeUs),
    about: toPrintable(facts.about).slice(0, MAX_ABOUT_CHARS),
  };
}

/** Ages are left out where both do not fit the message; the latencies of a day do. */
function histogramsOf({ latency, age }: BenchCounts<LatencyHistogram>): Histograms {
  const own = { latency: latency.encode(), latencyNegative: latency.encodeNegative() };
  const both = {
    ...own,
    age: age.count > 0 ? age.encode() : null,
    ageNegative: age.encodeNegative(),
  };
  const chars = Object.values(both).reduce((sum, text) => sum + (text?.length ?? 0), 0);
  return chars <= MAX_HISTOGRAM_CHARS ? both : { ...own, age: null, ageNegative: null };
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
