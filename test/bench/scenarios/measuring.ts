import { StreamRecorder } from '../../../client/metrics/stream-recorder.js';
import { ClockSync } from '../../../shared/protocol/clock-sync.js';
import { observedFrame, START_US, streamInfo } from '../../helpers/observed-frame.js';
import { PathSimulator, seededRandom } from '../../helpers/path-simulator.js';
import type { Delay } from '../../helpers/path-simulator.js';
import { median, quantile } from '../quantiles.js';
import type { Scenario } from '../scenario.js';
import { cell } from '../table.js';

const DRIFT_PPM = 100;
const CHECK_EVERY_US = 100_000;
/** Seconds after the start at which the error is looked at, for a second each. */
const LOOKED_AT = [1, 5, 60] as const;
const SLOW_ERROR_US = 5000;

/** Delay of one direction: a constant part and an exponential one of the given mean, in microseconds. */
const PATHS: readonly { name: string; constantUs: number; jitterUs: number }[] = [
  { name: '25 µs + 15 µs of jitter (one machine)', constantUs: 25, jitterUs: 15 },
  { name: '100 µs + 10 µs (a quiet LAN)', constantUs: 100, jitterUs: 10 },
  { name: '250 µs + 50 µs (a LAN with traffic)', constantUs: 250, jitterUs: 50 },
  { name: '2 ms + 3 ms (Wi-Fi)', constantUs: 2000, jitterUs: 3000 },
  { name: '80 ms + 3 ms (another continent)', constantUs: 80_000, jitterUs: 3000 },
];

/** How good the clock estimate is on simulated paths, and what measuring costs the client. */
export const measuring: Scenario = {
  name: 'measuring',
  title: 'Measuring: error of the clock on simulated paths, cost of a frame and of a ping',
  run({ quick, say }) {
    const runs = quick ? 10 : 100;
    const rows = PATHS.map((path) => {
      say(path.name);
      const errors = simulate(path, runs);
      return [path.name, ...LOOKED_AT.map((second) => describeErrors(errors.get(second) ?? []))];
    });
    const costs = measureCosts(quick ? 20_000 : 200_000);
    return Promise.resolve({
      tables: [
        {
          title: `Error in µs, median / 99th percentile of ${runs} runs with a drift of ${DRIFT_PPM} ppm`,
          head: ['path, each direction', ...LOOKED_AT.map((second) => `after ${second} s`)],
          rows,
        },
        {
          title: 'Cost, wall time of a tight loop',
          head: ['what', 'ns'],
          rows: Object.entries(costs).map(([what, ns]) => [what, cell(ns)]),
        },
      ],
      bars: [],
      notes: [],
      figures: { rows, costs },
    });
  },
};

function simulate({ constantUs, jitterUs }: (typeof PATHS)[number], runs: number): ReadonlyMap<number, number[]> {
  const errors = new Map<number, number[]>(LOOKED_AT.map((second) => [second, []]));
  const delay: Delay = (random) => constantUs - Math.log(1 - random()) * jitterUs;
  for (let seed = 1; seed <= runs; seed += 1) {
    const sync = new ClockSync();
    const simulator = new PathSimulator({ seed, driftPpm: DRIFT_PPM, toServer: delay, toUs: delay }, sync);
    simulator.run((Math.max(...LOOKED_AT) + 1) * 1_000_000, CHECK_EVERY_US, ({ atUs, nowUs }) => {
      const estimate = sync.estimate(nowUs);
      if (estimate) errors.get(Math.floor(atUs / 1_000_000))?.push(estimate.errorUs);
    });
  }
  return errors;
}

function describeErrors(errors: readonly number[]): string {
  const parts = [median(errors), quantile(errors, 0.99)];
  return parts.map((us) => cell(us !== null && us >= SLOW_ERROR_US ? Math.round(us / 1000) * 1000 : us)).join(' / ');
}

function measureCosts(repeats: number): Record<string, number> {
  const random = seededRandom(1);
  const sync = new ClockSync();
  const recorder = new StreamRecorder(streamInfo(), START_US);
  const frames = Array.from({ length: repeats }, (_, n) => observedFrame({ n, latencyUs: 3000 + random() * 9000 }));
  let pingUs = START_US;
  return {
    'record a frame': nsPerCall(repeats, (n) => recorder.onFrame(frames[n]!)),
    'take in a ping': nsPerCall(repeats / 100, () => {
      pingUs += 500_000;
      const toServerUs = 100 + random() * 50;
      const t1Us = Math.round(pingUs + toServerUs);
      sync.addSample({ t0Us: pingUs, t1Us, t2Us: t1Us + 5, t3Us: Math.round(t1Us + 105 + random() * 50) });
    }),
    'read the clock estimate': nsPerCall(repeats, (n) => sync.estimate(pingUs + n)),
  };
}

function nsPerCall(repeats: number, call: (n: number) => unknown): number {
  const startMs = performance.now();
  for (let n = 0; n < repeats; n += 1) call(n);
  return ((performance.now() - startMs) * 1e6) / repeats;
}
