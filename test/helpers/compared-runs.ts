import { latencyFiguresOf } from '../../client/metrics/figures.js';
import type { RunReport, Subject } from '../../client/report/run-report-schema.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { loadReport } from './sample-reports.js';
import { SeededRandom } from './seeded-random.js';

/** What a load run of tests was like. */
export interface DrawnRun {
  readonly seed: number;
  /** What all latencies are multiplied by. */
  readonly slower?: number;
  readonly seconds?: number;
  readonly framesPerSecond?: number;
  readonly clockErrorUs?: number;
  /** How much a second goes on like the one before, 0 to 1, and how much it varies. */
  readonly memory?: number;
  readonly spread?: number;
  /** Seconds, chosen at random, in which one frame of twenty waits for 30 to 90 ms; the same for all of them. */
  readonly stalls?: number;
  /** How much the whole run differs from others of its kind. */
  readonly ofRun?: number;
}

/**
 * The report of a load run that never was: log-normal latencies about 8 ms whose level wanders from second to second, as it
 * does on real machines (an autoregressive process of the first order).
 */
export function drawnReport(run: DrawnRun, parts: Partial<RunReport> = {}): RunReport {
  const total = drawnTotal(run);
  const target: Subject = { ...total, name: 'tcp', kind: 'target', target: 'streamer://127.0.0.1:8000' };
  return { ...loadReport({ sessions: 1, seconds: 1 }), total, subjects: [target], server: null, ...parts };
}

function drawnTotal({
  seed,
  slower = 1,
  seconds = 60,
  framesPerSecond = 300,
  clockErrorUs = 100,
  memory = 0.6,
  spread = 0.04,
  stalls = 0,
  ofRun = 0,
}: DrawnRun): Subject {
  const random = new SeededRandom(seed * 2_654_435 + 12_345);
  for (let n = 0; n < 20; n += 1) random.below(2);
  const sample = loadReport({ sessions: 1, seconds: 1 }).total as Subject;
  const latency = new LatencyHistogram();
  const level = Math.exp(ofRun * normal(random));
  const timeline = {
    bucketMs: 1000,
    frames: [] as number[],
    bytes: [] as number[],
    ...quantiles(),
    ageMaxUs: [] as number[],
  };
  const stallUs = stallsOf(stalls, seconds, random);
  let drift = spread * normal(random);
  for (let second = 0; second < seconds; second += 1) {
    drift = memory * drift + spread * Math.sqrt(1 - memory ** 2) * normal(random);
    const ofSecond = new LatencyHistogram();
    for (let n = 0; n < framesPerSecond; n += 1) {
      const waitUs = n % 20 === 0 ? (stallUs.get(second) ?? 0) : 0;
      ofSecond.record(slower * (8000 * level * Math.exp(drift + 0.4 * normal(random)) + waitUs));
    }
    latency.merge(ofSecond);
    timeline.frames.push(framesPerSecond);
    timeline.bytes.push(framesPerSecond * 30_000);
    timeline.latencyP50Us.push(ofSecond.quantile(0.5) ?? 0);
    timeline.latencyP99Us.push(ofSecond.quantile(0.99) ?? 0);
    timeline.ageMaxUs.push(ofSecond.max ?? 0);
  }
  const received = seconds * framesPerSecond;
  const bytes = received * 30_000;
  return {
    ...sample,
    durationMs: seconds * 1000,
    frames: { received, lost: 0, skipped: 0, corrupt: 0 },
    ...{ bytes, fps: { mean: framesPerSecond, min: 29, max: 31 }, throughputMbps: (bytes * 8) / seconds / 1e6 },
    latencyUs: latencyFiguresOf(latency, clockErrorUs),
    ageUs: latencyFiguresOf(latency, clockErrorUs),
    ...{ clockErrorUs, timeline },
    histograms: { latency: { values: latency.encode() }, age: { values: latency.encode() } },
  };
}

/** How long frames wait, by the second. Those of no stalls draw nothing, so that other runs stay as they are. */
function stallsOf(count: number, seconds: number, random: SeededRandom): ReadonlyMap<number, number> {
  const each = Array.from({ length: count }, () => [random.below(seconds), 30_000 + random.below(60_000)] as const);
  return new Map(each);
}

function quantiles() {
  return { latencyP50Us: [] as number[], latencyP99Us: [] as number[] };
}

function normal(random: SeededRandom): number {
  const uniform = () => (random.below(2 ** 31) + 1) / (2 ** 31 + 1);
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
