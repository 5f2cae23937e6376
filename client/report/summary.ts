import type { EncodedHistograms, LatencyFigures, ProbeFigures, Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import type { LatencySummary } from './latency-schema.js';
import type { ProbeSummary } from './probe-summary-schema.js';
import type { SessionSummary, StreamSummary, Summary } from './summary-schema.js';

/**
 * The object that `--json` prints (docs/summary.schema.json). With exactly one stream its figures stand beside those of
 * the connection; otherwise they are in the array `streams`. `histograms` holds the latencies of each stream by name.
 */
export function summarize(snapshot: Snapshot, histograms: ReadonlyMap<string, EncodedHistograms>): Summary {
  const session = summarizeSession(snapshot);
  const streams = snapshot.streams.map((stream) => summarizeStream(stream, histograms.get(stream.name)));
  const [only, ...others] = streams;
  return only && others.length === 0 ? { ...session, ...only } : { ...session, streams };
}

function summarizeSession({ server, startedAtUs, durationMs, clock, reconnects, outageMs }: Snapshot): SessionSummary {
  return {
    schema: 'frame-streamer/summary/1',
    server,
    startedAt: new Date(startedAtUs / 1000).toISOString(),
    durationMs,
    clock: {
      offsetUs: rounded(clock.offsetUs, 0),
      errorUs: rounded(clock.errorUs, 0),
      driftPpm: rounded(clock.driftPpm, 3),
      rttUs: { min: rounded(clock.rttUs.min, 0), p50: rounded(clock.rttUs.p50, 0) },
    },
    reconnects,
    outageMs,
  };
}

function summarizeStream(stream: StreamSnapshot, histograms: EncodedHistograms | undefined): StreamSummary {
  const { name, state, reason, encoding, timeSource, timeSources } = stream;
  const { frames, fps, bytes, throughputMbps, latencyUs, ageUs, jitterUs, stagesUs } = stream;
  const latencyNegative = histograms?.latencyNegative ?? undefined;
  return {
    stream: name,
    state,
    reason,
    encoding,
    timeSource,
    timeSources,
    frames,
    fps: { mean: rounded(fps.mean, 3), min: rounded(fps.min, 3), max: rounded(fps.max, 3) },
    bytes,
    throughputMbps: { mean: rounded(throughputMbps.mean, 3), max: rounded(throughputMbps.max, 3) },
    latencyUs: summarizeLatency(latencyUs),
    ageUs,
    jitterUs,
    stagesUs,
    histograms: { latency: histograms?.latency ?? '', ...(latencyNegative !== undefined && { latencyNegative }) },
    ...(stream.probe && { probe: summarizeProbe(stream, stream.probe) }),
  };
}

function summarizeProbe({ width, height }: StreamSnapshot, { url, ...probe }: ProbeFigures): ProbeSummary {
  const { statedLatencyUs, delays } = probe;
  return {
    url,
    size: { width, height },
    ...probe,
    delays: [...delays],
    statedLatencyUs: statedLatencyUs && summarizeLatency(statedLatencyUs),
  };
}

/** In the order in which people read them. */
function summarizeLatency(latencyUs: LatencyFigures): LatencySummary {
  const { count, min, p50, p90, p99, p999, max, negative, errorUs } = latencyUs;
  const mean = rounded(latencyUs.mean, 1);
  const stddev = rounded(latencyUs.stddev, 1);
  return { count, min, p50, p90, p99, p999, max, mean, stddev, negative, errorUs };
}

function rounded(value: number, decimals: number): number;
function rounded(value: number | null, decimals: number): number | null;
function rounded(value: number | null, decimals: number): number | null {
  const scale = 10 ** decimals;
  return value === null ? null : Math.round(value * scale) / scale;
}
