import type { LatencySummary } from '../../client/report/latency-schema.js';
import type { Subject } from '../../client/report/run-report-schema.js';
import type { GeneratorFigures, ThreadFigures } from '../../client/report/run-trust-schema.js';

/** A distribution around 10 ms, of 60,000 frames; `parts` replaces some of it. */
export function latencyOf(parts: Partial<LatencySummary> = {}): LatencySummary {
  return {
    ...{ count: 60_000, min: 4000, p50: 10_000, p90: 15_000, p99: 20_000, p999: 25_000, max: 30_000 },
    ...{ mean: 10_500, stddev: 3000, negative: 0, errorUs: 300 },
    ...parts,
  };
}

/** Ten sessions at 30 frames of 30 kB a second that went well; `parts` replaces some of it. */
export function subjectOf(parts: Partial<Subject> = {}): Subject {
  const latencyUs = latencyOf();
  return {
    ...{ name: 'total', kind: 'total', target: 'streamer://127.0.0.1:8000', state: 'stopped', durationMs: 200_000 },
    sessions: { asked: 10, connected: 10, failed: 0 },
    frames: { received: 60_000, lost: 0, skipped: 0, corrupt: 0 },
    ...{ canTellLost: true, bytes: 60_000 * 30_000, nominalFps: 30, throughputMbps: 72 },
    fps: { mean: 300, min: 30, max: 30 },
    ...{ latencyUs, ageUs: latencyUs, clockErrorUs: 300, latencySource: 'protocol', firstFrameUs: latencyUs },
    ...{ reconnects: 0, outageMs: 0, outages: [], stagesUs: null, timeline: null, histograms: null, errors: [] },
    ...parts,
  };
}

/** A thread with little to do; `parts` replaces some of it. */
export function threadOf(parts: Partial<ThreadFigures> = {}): ThreadFigures {
  return {
    ...{ name: 'worker 1', sessions: 10, cpuPercent: 12, waitedPercent: 0.5 },
    loopDelayUs: { p50: 100, p99: 900, max: 3000 },
    timerLatenessUs: { p50: 600, p99: 1200, max: 4000 },
    ...parts,
  };
}

/** A process with little to do on a machine with room; `parts` replaces some of it. */
export function generatorOf(parts: Partial<GeneratorFigures> = {}): GeneratorFigures {
  return {
    ...{ threads: [threadOf()], cpuPercent: 15, machineCpuPercent: 40, stolenCpuPercent: 0, throttledPercent: 0 },
    residentBytes: { mean: 90e6, max: 100_000_000 },
    socketBacklogBytes: { p50: 0, p99: 30_000, max: 60_000 },
    samples: [],
    ...parts,
  };
}
