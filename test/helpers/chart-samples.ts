import type {
  HistogramBar,
  Quantiles,
  SecondFigures,
  Snapshot,
  StreamSnapshot,
} from '../../client/metrics/snapshot.js';
import { sampleSnapshot, sampleStream } from './sample-snapshot.js';

const NONE: Quantiles = { p50: null, p99: null };

/** A connected measurement of `streams`. */
export function connected(streams: readonly StreamSnapshot[], overrides: Partial<Snapshot> = {}): Snapshot {
  return sampleSnapshot({ state: 'connected', streams, ...overrides });
}

/** A stream with a recent past of `seconds` seconds and a histogram, ready to be drawn. */
export function liveStream(seconds = 60, overrides: Partial<StreamSnapshot> = {}): StreamSnapshot {
  return sampleStream({
    seconds: Array.from({ length: seconds }, (_, index) => second(index, 12_000 + 100 * (index % 7))),
    bars: bars(8_000, [3, 40, 120, 300, 180, 60, 20, 8, 3, 1]),
    ...overrides,
  });
}

/** A stream of which nothing has come yet. */
export function emptyStream(overrides: Partial<StreamSnapshot> = {}): StreamSnapshot {
  return sampleStream({
    state: 'connecting',
    timeSources: { schedule: 0, arrival: 0, source: 0 },
    frames: { received: 0, lost: 0, skipped: 0, corrupt: 0, kept: 0 },
    fps: { mean: 0, min: 0, max: 0, current: 0 },
    bytes: 0,
    throughputMbps: { mean: 0, max: 0, current: 0 },
    latencyUs: {
      count: 0,
      negative: 0,
      min: null,
      p50: null,
      p90: null,
      p99: null,
      p999: null,
      max: null,
      mean: null,
      stddev: null,
      errorUs: null,
    },
    ageUs: { p50: null, p99: null, max: null },
    jitterUs: NONE,
    stagesUs: {
      decode: NONE,
      process: NONE,
      queue: NONE,
      encode: NONE,
      publish: NONE,
      network: NONE,
      clientDecode: NONE,
    },
    ...overrides,
  });
}

/** A second in which p50 was `latencyUs` and p99 twice that; null for one without frames. */
export function second(index: number, latencyUs: number | null, errorUs = 300): SecondFigures {
  const nothing = { second: index, frames: 0, bytes: 0, latencyP50Us: null, latencyP99Us: null, errorUs: null };
  if (latencyUs === null) return nothing;
  return { ...nothing, frames: 30, bytes: 930_000, latencyP50Us: latencyUs, latencyP99Us: 2 * latencyUs, errorUs };
}

/** Bars of 500 µs from `fromUs` on with these counts. */
export function bars(fromUs: number, counts: readonly number[]): HistogramBar[] {
  return counts.map((count, index) => ({ fromUs: fromUs + index * 500, toUs: fromUs + (index + 1) * 500, count }));
}
