import type { ProbeFigures, Snapshot, StreamSnapshot } from '../../client/metrics/snapshot.js';

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

/** A path as a probe measures it, in which every figure is another one. */
export function samplePath(overrides: Partial<StreamSnapshot> = {}, probe: Partial<ProbeFigures> = {}): StreamSnapshot {
  return sampleStream({
    ...{ name: 'rtsp', encoding: { mode: 'unknown', reason: '' }, timeSource: 'source' },
    ...{ timeSources: { schedule: 0, arrival: 0, source: 369 } },
    probe: {
      ...{ url: 'rtsp://user:***@host:8554/cam', codec: 'h264', delays: ['FFmpeg: demuxing and decoding'] },
      ...{ latencySource: 'time code', statedLatencyUs: null, firstFrameUs: 640_000, endedAfterUs: null, opening: 1 },
      ...{
        timeCode: { kind: 'capture', read: 369, unread: 0, undecoded: 0, sinceLast: 0 },
        repeated: 0,
        outOfOrder: 0,
      },
      arrivalGaps: { count: 0, totalUs: 0, longestUs: 0 },
      mediaGaps: { count: 0, frames: 0 },
      freezes: { count: 0, totalUs: 0, longestUs: 0 },
      ...{ resolutionChanges: 0, reconnects: 0, outageUs: 0 },
      ...probe,
    },
    ...overrides,
  });
}

/** A path of which every figure tells of trouble. */
export function troubledPath(): StreamSnapshot {
  const { latencyUs } = sampleStream();
  return samplePath(
    {
      ...{ name: 'hls', state: 'offline', reason: 'The server is gone. Next try in 1.0 s.' },
      frames: { received: 300, lost: 12, skipped: 0, corrupt: 3, kept: 0 },
      latencyUs: { ...latencyUs, p50: 4_100_000, negative: 2, min: -5000 },
    },
    {
      ...{ url: 'http://host/index.m3u8', statedLatencyUs: { ...latencyUs, p50: 12_000 } },
      ...{
        timeCode: { kind: 'capture', read: 299, unread: 1, undecoded: 0, sinceLast: 0 },
        repeated: 7,
        outOfOrder: 1,
      },
      arrivalGaps: { count: 9, totalUs: 2_000_000, longestUs: 600_000 },
      mediaGaps: { count: 2, frames: 5 },
      freezes: { count: 3, totalUs: 4_000_000, longestUs: 2_000_000 },
      ...{ resolutionChanges: 2, reconnects: 1, outageUs: 1_500_000 },
    },
  );
}
