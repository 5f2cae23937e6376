import { MAX_ABOUT_CHARS } from '../protocol/bench-messages.js';
import type { DeviceResult } from '../protocol/bench-messages.js';
import { toPrintable } from '../protocol/printable.js';
import type { BenchCounts } from './bench-counts.js';
import type { ResultFacts } from './bench-measurement.js';
import type { ValueCounts } from './value-counts.js';

/** The encoded histograms of a result. */
export type ResultHistograms = Pick<DeviceResult, 'latency' | 'latencyNegative' | 'age' | 'ageNegative'>;

/** What a device tells of a window that is over, with what it measured as `histograms`. */
export function benchResult(
  counts: BenchCounts<ValueCounts>,
  facts: ResultFacts,
  histograms: ResultHistograms,
): DeviceResult {
  const { stopTimeUs } = counts.window;
  return {
    // Who came late and got no frame has measured nothing.
    fromTimeUs: counts.fromTimeUs ?? stopTimeUs,
    toTimeUs: stopTimeUs,
    ...counts.totals,
    reconnects: facts.reconnects,
    outageMs: Math.round(facts.outageUs / 1000),
    ...histograms,
    clock: clockOf(counts.errorUs, facts),
    ownDelayP99Us: facts.ownDelayP99Us,
    timeline: counts.timeline.timeline(stopTimeUs),
    about: toPrintable(facts.about).slice(0, MAX_ABOUT_CHARS),
  };
}

/** How much of the room for histograms in a message they take. */
export function histogramChars(histograms: ResultHistograms): number {
  return Object.values(histograms).reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** Clocks of browsers give fractions; messages have whole microseconds. */
function clockOf(errorUs: number | null, { clock }: ResultFacts): DeviceResult['clock'] {
  const whole = (value: number | null | undefined): number | null => (value == null ? null : Math.round(value));
  return {
    offsetUs: whole(clock?.offsetUs),
    errorUs: whole(errorUs ?? clock?.errorUs),
    driftPpm: clock?.driftPpm ?? null,
    rttMinUs: whole(clock?.rttMinUs),
    rttP50Us: whole(clock?.rttP50Us),
  };
}
