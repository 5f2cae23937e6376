import { latencyFiguresOf } from '../../client/metrics/figures.js';
import type { Subject, Timeline } from '../../client/report/run-report-schema.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { SeededRandom } from './seeded-random.js';

/** What a sample subject is made of, beside fields that are replaced as they are. */
export interface SampleOptions {
  readonly name: string;
  readonly seed?: number;
  /** Buckets of a second in its timeline. */
  readonly seconds?: number;
  /** About the median of its latency. */
  readonly latencyUs?: number;
  /** Frames of all its sessions together in a second. */
  readonly perSecond?: number;
}

const BYTES = 30_000;
/** Different latencies of a second; every rate and a third of it can be divided by it. */
const DRAWS = 5;

/** A subject whose figures fit together: a long tail, a stall, and the ages that follow from it. */
export function sampleSubject(
  { name, seed = 1, seconds = 60, latencyUs = 8_000, perSecond = 30 }: SampleOptions,
  parts: Partial<Subject> = {},
): Subject {
  const random = new SeededRandom(seed);
  const latency = new LatencyHistogram();
  const age = new LatencyHistogram();
  const first = new LatencyHistogram();
  first.record(20_000 + random.below(10_000));
  const timeline: Timeline = {
    ...{ bucketMs: 1000, frames: [], bytes: [], latencyP50Us: [], latencyP99Us: [], ageMaxUs: [] },
  };
  const stalledAt = seconds > 20 ? Math.floor(seconds / 2) + random.below(3) : -1;
  for (let second = 0; second < seconds; second += 1) {
    const ofSecond = new LatencyHistogram();
    const isStalled = second === stalledAt;
    const frames = isStalled ? Math.floor(perSecond / 3) : perSecond;
    for (let n = 0; n < DRAWS; n += 1) {
      const tail = random.below(80) === 0 ? 12 : 1 + random.below(100) / 100;
      ofSecond.record(latencyUs * tail, frames / DRAWS);
    }
    latency.merge(ofSecond);
    age.merge(ofSecond);
    if (isStalled) for (let n = 0; n < 20; n += 1) age.record(33_000 * n);
    timeline.frames.push(frames);
    timeline.bytes.push(frames * BYTES);
    timeline.latencyP50Us.push(ofSecond.quantile(0.5));
    timeline.latencyP99Us.push(ofSecond.quantile(0.99));
    timeline.ageMaxUs.push(isStalled ? 660_000 : ofSecond.max);
  }
  const received = timeline.frames.reduce((sum, frames) => sum + frames, 0);
  return {
    name,
    kind: 'session',
    target: 'streamer://127.0.0.1:8000/sample',
    state: 'connected',
    durationMs: seconds * 1000,
    sessions: { asked: 1, connected: 1, failed: 0 },
    frames: { received, lost: seconds * perSecond - received, skipped: 0, corrupt: 0 },
    canTellLost: true,
    bytes: received * BYTES,
    nominalFps: 30,
    fps: { mean: received / seconds, min: perSecond / 3, max: perSecond },
    throughputMbps: (received * BYTES * 8) / seconds / 1e6,
    latencyUs: latencyFiguresOf(latency, 350),
    ageUs: latencyFiguresOf(age, 350),
    clockErrorUs: 300,
    latencySource: 'protocol',
    firstFrameUs: latencyFiguresOf(first, null),
    reconnects: 0,
    outageMs: 0,
    outages: [],
    stagesUs: {
      decode: { p50: 2_100, p99: 4_800 },
      process: { p50: null, p99: null },
      queue: { p50: 300, p99: 900 },
      encode: { p50: 3_900, p99: 6_100 },
      publish: { p50: 60, p99: 210 },
      network: { p50: 1_500, p99: 9_400 },
    },
    timeline,
    histograms: { latency: { values: latency.encode() }, age: { values: age.encode() } },
    errors: [],
    ...parts,
  };
}

/** A subject of which nothing came. */
export function failedSubject(name: string, parts: Partial<Subject> = {}): Subject {
  const nothing = latencyFiguresOf(new LatencyHistogram(), null);
  return sampleSubject(
    { name, seconds: 10 },
    {
      state: 'failed',
      sessions: { asked: 1, connected: 0, failed: 1 },
      frames: { received: 0, lost: 0, skipped: 0, corrupt: 0 },
      canTellLost: false,
      bytes: 0,
      nominalFps: null,
      fps: { mean: 0, min: 0, max: 0 },
      throughputMbps: 0,
      ...{ latencyUs: nothing, ageUs: nothing, firstFrameUs: nothing },
      clockErrorUs: null,
      latencySource: 'none',
      outageMs: 10_000,
      outages: [{ fromMs: 0, toMs: null, code: 'CONNECT_FAILED' }],
      ...{ stagesUs: null, timeline: null, histograms: null },
      errors: [{ code: 'CONNECT_FAILED', message: 'The server cannot be reached.', count: 4 }],
      ...parts,
    },
  );
}
