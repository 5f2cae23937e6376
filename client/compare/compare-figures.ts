import type { Subject } from '../report/run-report-schema.js';
import type { ComparedRun } from './compared-run.js';

/** A figure that two runs are compared by. */
export interface ComparedFigure {
  readonly name: FigureName;
  readonly unit: 'us' | 'frames/s' | 'Mbit/s' | 'share' | 'count' | 'percent';
  /** Null where neither is better: smaller pictures are no worse. */
  readonly better: 'less' | 'more' | null;
  /** Changes that are smaller than both do not matter: a share of the value, and an amount in `unit`. */
  readonly matters: { readonly share: number; readonly least: number };
  /** What it can be told by: quantiles of a distribution, a rate over time, or a count that is exact for its run. */
  readonly basis: FigureBasis;
  /** Null where the run does not say it. */
  of(subject: Subject, run: ComparedRun): number | null;
  /** How far the clocks of the run may have moved it, in `unit`. */
  errorOf(subject: Subject): number;
  /** Whether it may be more than that, since only some of the sessions can tell. */
  isAtLeast?(subject: Subject): boolean;
}

export type FigureName =
  | 'capacity'
  | 'p50'
  | 'p90'
  | 'p99'
  | 'p999'
  | 'max'
  | 'age'
  | 'fps'
  | 'lost'
  | 'skipped'
  | 'throughput'
  | 'reconnects'
  | 'outage'
  | 'failed'
  | 'cpu';

export type FigureBasis =
  | { readonly kind: 'quantile'; readonly of: 'latency' | 'age'; readonly quantile: number }
  | { readonly kind: 'rate'; readonly of: 'frames' | 'bytes' | 'cpu' }
  | { readonly kind: 'extreme' }
  | { readonly kind: 'count' };

const LATENCY = { unit: 'us', better: 'less', matters: { share: 0.1, least: 100 } } as const;
const RATE = { better: 'more', matters: { share: 0.02, least: 0 }, errorOf: () => 0 } as const;
const SHARE = { unit: 'share', better: 'less', matters: { share: 0.05, least: 0.001 }, errorOf: () => 0 } as const;
const COUNT = { kind: 'count' } as const;

const errorOfLatency = ({ latencyUs, clockErrorUs }: Subject): number => latencyUs.errorUs ?? clockErrorUs ?? 0;

function latency(name: FigureName, quantile: number, of: (subject: Subject) => number | null): ComparedFigure {
  return { name, ...LATENCY, basis: { kind: 'quantile', of: 'latency', quantile }, of, errorOf: errorOfLatency };
}

/** What `capacity` found: the only figure that its runs are compared by. */
export const CAPACITY_FIGURE: ComparedFigure = {
  ...{ name: 'capacity', unit: 'count', better: 'more', matters: { share: 0.05, least: 0 } },
  basis: { kind: 'extreme' },
  of: (_, { capacity }) => capacity?.from ?? null,
  errorOf: () => 0,
};

/** All others, in the order in which they are shown. */
export const COMPARED_FIGURES: readonly ComparedFigure[] = [
  latency('p50', 0.5, ({ latencyUs }) => latencyUs.p50),
  latency('p90', 0.9, ({ latencyUs }) => latencyUs.p90),
  latency('p99', 0.99, ({ latencyUs }) => latencyUs.p99),
  latency('p999', 0.999, ({ latencyUs }) => latencyUs.p999),
  {
    ...{ name: 'max', ...LATENCY, basis: { kind: 'extreme' }, errorOf: errorOfLatency },
    of: ({ latencyUs }) => latencyUs.max,
  },
  {
    ...{ name: 'age', ...LATENCY, basis: { kind: 'quantile', of: 'age', quantile: 0.99 } },
    of: ({ ageUs }) => ageUs.p99,
    errorOf: (subject) => subject.ageUs.errorUs ?? errorOfLatency(subject),
  },
  { name: 'fps', unit: 'frames/s', ...RATE, basis: { kind: 'rate', of: 'frames' }, of: ({ fps }) => fps.mean },
  {
    ...{ name: 'lost', ...SHARE, basis: COUNT },
    of: ({ frames, canTellLost }) => (canTellLost || frames.lost > 0 ? shareOf(frames.lost, frames.received) : null),
    isAtLeast: ({ canTellLost }) => !canTellLost,
  },
  {
    // Frames that nobody sent are not lost, so that a session that is gone shows here alone.
    ...{ name: 'outage', unit: 'us', better: 'less', matters: { share: 0.1, least: 0 }, basis: COUNT },
    of: ({ outageMs }) => outageMs * 1000,
    errorOf: () => 0,
  },
  {
    ...{ name: 'failed', unit: 'count', better: 'less', matters: { share: 0.1, least: 0 }, basis: COUNT },
    // A stream that came to its end failed nobody.
    of: ({ state, sessions: { asked, connected, failed } }) => (state === 'ended' ? failed : asked - connected),
    errorOf: () => 0,
  },
  { name: 'skipped', ...SHARE, basis: COUNT, of: ({ frames }) => shareOf(frames.skipped, frames.received) },
  {
    ...{ name: 'throughput', unit: 'Mbit/s', ...RATE, better: null, basis: { kind: 'rate', of: 'bytes' } },
    of: ({ throughputMbps }) => throughputMbps,
  },
  {
    ...{ name: 'reconnects', unit: 'count', better: 'less', matters: { share: 0.1, least: 0 }, basis: COUNT },
    of: ({ reconnects }) => reconnects,
    errorOf: () => 0,
  },
  {
    ...{ name: 'cpu', unit: 'percent', better: 'less', matters: { share: 0.1, least: 1 } },
    basis: { kind: 'rate', of: 'cpu' },
    // A server has one figure for all that it did.
    of: (subject, { serverCpu }) =>
      subject.kind === 'total' && serverCpu.length > 0
        ? serverCpu.reduce((sum, percent) => sum + percent, 0) / serverCpu.length
        : null,
    errorOf: () => 0,
  },
];

function shareOf(missing: number, received: number): number | null {
  const all = missing + received;
  return all === 0 ? null : missing / all;
}
