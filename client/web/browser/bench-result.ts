import type { BenchCounts } from '../../../shared/bench/bench-counts.js';
import type { ResultFacts } from '../../../shared/bench/bench-measurement.js';
import { MAX_ABOUT_CHARS, MAX_HISTOGRAM_CHARS } from '../../../shared/protocol/bench-messages.js';
import type { DeviceResult } from '../../../shared/protocol/bench-messages.js';
import type { ClockEstimate } from '../../../shared/protocol/clock-sync.js';
import { toPrintable } from '../../../shared/protocol/printable.js';
import type { EncodedCounts, SignedCounts } from './signed-counts.js';

type Histograms = Pick<DeviceResult, 'latency' | 'latencyNegative' | 'age' | 'ageNegative'>;

/** What a device tells of a window that is over. */
export async function deviceResultOf(counts: BenchCounts<SignedCounts>, facts: ResultFacts): Promise<DeviceResult> {
  const { stopTimeUs } = counts.window;
  return {
    // Who came late and got no frame has measured nothing.
    fromTimeUs: counts.fromTimeUs ?? stopTimeUs,
    toTimeUs: stopTimeUs,
    ...counts.totals,
    reconnects: facts.reconnects,
    outageMs: Math.round(facts.outageUs / 1000),
    ...(await histogramsOf(counts)),
    clock: clockOf(counts.errorUs, facts.clock),
    ownDelayP99Us: facts.ownDelayP99Us,
    timeline: counts.timeline.timeline(stopTimeUs),
    about: toPrintable(facts.about).slice(0, MAX_ABOUT_CHARS),
  };
}

/** As fine as a message takes them. Coarse ones of the latencies alone always fit. */
async function histogramsOf({ latency, age }: BenchCounts<SignedCounts>): Promise<Histograms> {
  for (const isCoarse of [false, true]) {
    const both = join(await latency.encode(isCoarse), age.count > 0 ? await age.encode(isCoarse) : null);
    if (lengthOf(both) <= MAX_HISTOGRAM_CHARS) return both;
  }
  return join(await latency.encode(true), null);
}

function join(latency: EncodedCounts, age: EncodedCounts | null): Histograms {
  return {
    latency: latency.positive,
    latencyNegative: latency.negative,
    age: age?.positive ?? null,
    ageNegative: age?.negative ?? null,
  };
}

function lengthOf(histograms: Histograms): number {
  return Object.values(histograms).reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

function clockOf(errorUs: number | null, estimate: ClockEstimate | null): DeviceResult['clock'] {
  const whole = (value: number | null | undefined): number | null => (value == null ? null : Math.round(value));
  return {
    offsetUs: whole(estimate?.offsetUs),
    errorUs: whole(errorUs ?? estimate?.errorUs),
    driftPpm: estimate?.driftPpm ?? null,
    rttMinUs: whole(estimate?.rttMinUs),
    rttP50Us: whole(estimate?.rttP50Us),
  };
}
