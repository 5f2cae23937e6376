import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';

/** One stage of a frame's way; all times microseconds, `startUs` where the stages before end. */
export interface WaterfallRow {
  readonly stage: string;
  readonly startUs: number;
  readonly p50Us: number;
  readonly p99Us: number | null;
}

/** What the stages of the server are called. */
const NAMES: Readonly<Record<string, string>> = {
  decode: 'Decode',
  process: 'Process',
  queue: 'Queue',
  encode: 'Encode',
  publish: 'Publish',
};

/**
 * The stages of a frame one after the other, at their medians; the way to the clients is what their latency has over
 * the stages of the server, and has no p99, because p99s cannot be subtracted.
 */
export function waterfallOf({ stages, latency }: Pick<StreamStatistics, 'stages' | 'latency'>): WaterfallRow[] {
  let endUs = 0;
  const rows: WaterfallRow[] = stages.map(({ stage, p50Us, p99Us }) => {
    const startUs = endUs;
    endUs += p50Us;
    return { stage: NAMES[stage] ?? stage, startUs, p50Us, p99Us };
  });
  if (latency === null || rows.length === 0) return rows;
  return [...rows, { stage: 'To the clients', startUs: endUs, p50Us: Math.max(0, latency.p50Us - endUs), p99Us: null }];
}

/** How far the longest row reaches, microseconds: the width of the picture. */
export function waterfallEndUs(rows: readonly WaterfallRow[]): number {
  return Math.max(0, ...rows.map(({ startUs, p50Us, p99Us }) => startUs + Math.max(p50Us, p99Us ?? 0)));
}
