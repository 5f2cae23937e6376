import type { Snapshot, StreamSnapshot } from '../../client/metrics/snapshot.js';

/** A snapshot of one stream in which every figure is another one. `overrides` replace single fields. */
export function sampleSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    server: '127.0.0.1:8000',
    state: 'closed',
    notice: null,
    startedAtUs: 1_700_000_000_123_456,
    durationMs: 12_345,
    reconnects: 0,
    outageMs: 0,
    clock: { offsetUs: 5_000_321, errorUs: 87, driftPpm: -1.23456, rttUs: { min: 151, p50: 196 } },
    streams: [sampleStream()],
    ...overrides,
  };
}

/** One stream of `sampleSnapshot`. */
export function sampleStream(overrides: Partial<StreamSnapshot> = {}): StreamSnapshot {
  return {
    id: 1,
    name: 'sample',
    width: 1280,
    height: 720,
    nominalFps: 29.97,
    encoding: { mode: 'encoded', reason: 'the source is h264' },
    state: 'live',
    reason: null,
    timeSource: 'schedule',
    timeSources: { schedule: 369, arrival: 0, source: 0 },
    frames: { received: 369, lost: 0, skipped: 0, corrupt: 0, kept: 0 },
    fps: { mean: 29.970_03, min: 29, max: 31, current: 30 },
    bytes: 11_070_000,
    throughputMbps: { mean: 7.173_912, max: 7.44, current: 7.2 },
    latencyUs: {
      count: 369,
      negative: 0,
      min: 9_800,
      p50: 12_407,
      p90: 13_007,
      p99: 15_511,
      p999: 20_991,
      max: 21_001,
      mean: 12_432.149,
      stddev: 801.25,
      errorUs: 270,
    },
    ageUs: { p50: 12_411, p99: 44_031, max: 78_000 },
    jitterUs: { p50: 212, p99: 1_103 },
    stagesUs: {
      decode: { p50: 850, p99: 1_310 },
      process: { p50: 0, p99: 0 },
      queue: { p50: 40, p99: 90 },
      encode: { p50: 7_803, p99: 9_903 },
      publish: { p50: 12, p99: 31 },
      network: { p50: 3_101, p99: 4_203 },
      clientDecode: { p50: null, p99: null },
    },
    seconds: [],
    bars: [],
    ...overrides,
  };
}
