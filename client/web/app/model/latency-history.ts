import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';

/** Latency of a stream at a moment, in microseconds; null where nothing was measured. */
export interface LatencyPoint {
  readonly atUs: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly errorUs: number | null;
}

/** Points of the recent past, oldest first. */
export type LatencyHistory = readonly LatencyPoint[];

/** Ten minutes of one point a second. */
export const MAX_POINTS = 600;

/** Adds what the server measured, and forgets what is too old. Figures that were told before are not added again. */
export function appendLatency(history: LatencyHistory, { atUs, latency }: StreamStatistics): LatencyHistory {
  const last = history.at(-1);
  if (last !== undefined && atUs <= last.atUs) return history;
  const point: LatencyPoint = {
    atUs,
    p50Us: latency?.p50Us ?? null,
    p99Us: latency?.p99Us ?? null,
    errorUs: latency?.errorUs ?? null,
  };
  return [...history, point].slice(-MAX_POINTS);
}

/** Ends the line here: what comes next does not follow from what is there. */
export function appendGap(history: LatencyHistory): LatencyHistory {
  const last = history.at(-1);
  if (last === undefined || last.p50Us === null) return history;
  return [...history, { atUs: last.atUs + 1, p50Us: null, p99Us: null, errorUs: null }].slice(-MAX_POINTS);
}

/** The newest point of every `stepUs` microseconds, newest first, at most `count`: for a table. */
export function sampleHistory(history: LatencyHistory, stepUs: number, count: number): LatencyHistory {
  const rows: LatencyPoint[] = [];
  for (const point of history.toReversed()) {
    if (rows.length === count) break;
    const last = rows.at(-1);
    if (point.p50Us !== null && (last === undefined || last.atUs - point.atUs >= stepUs)) rows.push(point);
  }
  return rows;
}
