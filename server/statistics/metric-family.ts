import type { CumulativeCounts } from './bucket-counts.js';

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a gauge or a counter. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One series of a histogram; its bounds and sum are microseconds, and shown as seconds. */
export interface HistogramSample {
  readonly labels: Labels;
  readonly counts: CumulativeCounts;
}

interface Described<Type extends string, S> {
  readonly type: Type;
  /** Without the prefix that all of them have. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** The series as they are now. */
  collect(): Iterable<S>;
}

/** All series of one name, as Prometheus has them; counters never go down while their stream is there. */
export type MetricFamily = Described<'gauge' | 'counter', Sample> | Described<'histogram', HistogramSample>;

/** A gauge or counter without labels. */
export function single(type: 'gauge' | 'counter', name: string, help: string, value: () => number): MetricFamily {
  return { type, name, help, labels: [], collect: () => [{ labels: {}, value: value() }] };
}
