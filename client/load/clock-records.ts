import type { ClockRecord } from '../report/run-report-schema.js';
import type { ServerClocks } from './server-clocks.js';

/** What is known at `nowUs` of every server clock that is known at all. */
export function clockRecords(clocks: ServerClocks, nowUs: number): ClockRecord[] {
  return clocks.entries().flatMap(({ address, clock }) => {
    const estimate = clock.estimate(nowUs);
    if (!estimate) return [];
    const { offsetUs, errorUs, driftPpm, rttMinUs, rttP50Us } = estimate;
    return { of: address, offsetUs, errorUs, driftPpm, rttUs: { min: rttMinUs, p50: rttP50Us, p99: null } };
  });
}

/** One for each server: of several threads that know its clock the one that knows it best. */
export function bestClocks(records: readonly ClockRecord[]): ClockRecord[] {
  const best = new Map<string, ClockRecord>();
  for (const record of records) {
    const known = best.get(record.of);
    if (!known || (record.errorUs ?? Infinity) < (known.errorUs ?? Infinity)) best.set(record.of, record);
  }
  return [...best.values()];
}
