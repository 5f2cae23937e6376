import { STREAM_STATES } from '../../shared/protocol/messages.js';
import { type MetricFamily, type Sample, single } from './metric-family.js';
import type { ServerStatistics } from './server-statistics.js';
import type { StreamStatistics } from './stream-statistics.js';

const PERCENTILES = [
  ['50', 'p50Us'],
  ['90', 'p90Us'],
  ['99', 'p99Us'],
] as const;

/** What is told about each stream, under its name. */
export function streamMetrics(statistics: ServerStatistics): readonly MetricFamily[] {
  const each = (
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (stream: StreamStatistics) => number | null,
  ): MetricFamily => ({ type, name, help, labels: ['stream'], collect: () => samples(statistics, value) });

  return [
    single('gauge', 'streams', 'Streams of the server.', () => statistics.streams().length),
    {
      type: 'gauge',
      name: 'stream_state',
      help: 'Whether the stream is in the state (1) or not (0).',
      labels: ['stream', 'state'],
      collect: () => statistics.streams().flatMap(stateSamples),
    },
    each(
      'gauge',
      'stream_nominal_frames_per_second',
      'Frames a second that the source announces; 0 while not known.',
      ({ stream }) => stream.description.fps,
    ),
    each(
      'counter',
      'source_frames_total',
      'Frames that came from the source.',
      ({ stream: { counters } }) => counters.published + counters.dropped,
    ),
    each(
      'counter',
      'dropped_frames_total',
      'Frames left out before they were encoded because they were late.',
      ({ stream }) => stream.counters.dropped,
    ),
    each(
      'counter',
      'published_frames_total',
      'Frames handed to the clients, encoded here or passed through.',
      ({ stream }) => stream.counters.published,
    ),
    each(
      'counter',
      'published_bytes_total',
      'Bytes of JPEG of the published frames, each counted once.',
      ({ stream }) => stream.counters.publishedBytes,
    ),
    each('counter', 'source_restarts_total', 'Times the source went down.', ({ restarts }) => restarts),
    each('gauge', 'frame_age_seconds', 'Time since the newest frame was captured.', (stream) =>
      inSeconds(stream.frameAgeUs()),
    ),
    {
      type: 'histogram',
      name: 'stage_duration_seconds',
      help: 'Time that published frames spent in each stage inside the server.',
      labels: ['stream', 'stage'],
      collect: () => statistics.streams().flatMap(stageSamples),
    },
    {
      type: 'histogram',
      name: 'latency_seconds',
      help: 'Latency from capture to arrival, as the clients measured it.',
      labels: ['stream'],
      collect: () =>
        statistics.streams().map(({ stream, latencyCounts }) => ({
          labels: { stream: stream.name },
          counts: latencyCounts.cumulative(),
        })),
    },
    {
      type: 'gauge',
      name: 'recent_latency_seconds',
      help: 'Percentiles of the latency that clients reported in the last ten seconds.',
      labels: ['stream', 'percentile'],
      collect: () => statistics.streams().flatMap(percentileSamples),
    },
    each('gauge', 'latency_error_seconds', 'Largest error of the clocks behind the recent latency.', (stream) =>
      inSeconds(stream.recentLatency()?.errorUs ?? null),
    ),
    each('counter', 'lost_frames_total', 'Frames that clients say they lost.', ({ lostFrames }) => lostFrames),
  ];
}

/** A stream that has no value has no series. */
function samples(statistics: ServerStatistics, value: (stream: StreamStatistics) => number | null): Sample[] {
  return statistics.streams().flatMap((each) => {
    const known = value(each);
    return known === null ? [] : [{ labels: { stream: each.stream.name }, value: known }];
  });
}

function stateSamples({ stream }: StreamStatistics): Sample[] {
  const present = stream.info().state;
  return STREAM_STATES.map((state) => ({
    labels: { stream: stream.name, state },
    value: state === present ? 1 : 0,
  }));
}

function stageSamples({ stream, stages }: StreamStatistics) {
  return Object.entries(stages.counts).map(([stage, counts]) => ({
    labels: { stream: stream.name, stage },
    counts: counts.cumulative(),
  }));
}

function percentileSamples(each: StreamStatistics): Sample[] {
  const latency = each.recentLatency();
  if (!latency) return [];
  return PERCENTILES.map(([percentile, field]) => ({
    labels: { stream: each.stream.name, percentile },
    value: latency[field] / 1e6,
  }));
}

function inSeconds(us: number | null): number | null {
  return us === null ? null : us / 1e6;
}
