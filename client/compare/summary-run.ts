import { LatencyHistogram } from '../../shared/histogram.js';
import type { LatencySummary } from '../report/latency-schema.js';
import type { Subject } from '../report/run-report-schema.js';
import type { SessionSummary, StreamSummary, Summary } from '../report/summary-schema.js';
import type { ComparedRun } from './compared-run.js';

/** What `streamer-client --json` and `probe --json` print, as a run: each stream or path is a subject of its own. */
export function runOfSummary(summary: Summary, file: string): ComparedRun {
  const streams = 'streams' in summary ? summary.streams : [summary];
  const sizes = streams.flatMap(({ probe }) => (probe ? [`${probe.size.width}x${probe.size.height}`] : []));
  return {
    file,
    kind: streams.some(({ probe }) => probe !== undefined) ? 'probe' : 'watch',
    startedAt: summary.startedAt,
    windowMs: summary.durationMs,
    ...{
      invalid: [],
      isInterrupted: false,
      machine: null,
      isServerHere: null,
      total: null,
      serverCpu: [],
      capacity: null,
      sizes,
    },
    subjects: streams.map((stream) => subjectOf(stream, summary)),
  };
}

function subjectOf(stream: StreamSummary, session: SessionSummary): Subject {
  const { state, frames, fps, bytes, throughputMbps, latencyUs, ageUs, histograms, probe } = stream;
  const clockErrorUs = latencyUs.errorUs ?? session.clock?.errorUs ?? null;
  return {
    ...{ name: stream.stream, kind: 'stream', target: probe?.url ?? null },
    state: state === 'removed' ? 'ended' : state,
    durationMs: session.durationMs,
    sessions: { asked: 1, connected: 1, failed: 0 },
    frames: { received: frames.received, lost: frames.lost, skipped: frames.skipped, corrupt: frames.corrupt },
    // Of the paths of a probe only those say what is missing that found something.
    canTellLost: probe === undefined || frames.lost > 0,
    ...{ bytes, nominalFps: null, fps, throughputMbps: throughputMbps.mean, latencyUs },
    ageUs: { ...nothing(), p50: ageUs.p50, p99: ageUs.p99, max: ageUs.max },
    ...{ clockErrorUs, latencySource: 'none', firstFrameUs: nothing() },
    reconnects: probe?.reconnects ?? session.reconnects,
    outageMs: probe ? Math.round(probe.outageUs / 1000) : session.outageMs,
    ...{ outages: [], stagesUs: null, timeline: null, errors: [] },
    histograms: {
      latency: {
        values: histograms.latency,
        ...(histograms.latencyNegative !== undefined && { negative: histograms.latencyNegative }),
      },
      age: { values: new LatencyHistogram().encode() },
    },
  };
}

function nothing(): LatencySummary {
  return {
    ...{ count: 0, min: null, p50: null, p90: null, p99: null, p999: null, max: null, mean: null, stddev: null },
    ...{ negative: 0, errorUs: null },
  };
}
