import { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { RandomBits } from '../../shared/random-bits.js';
import type { EncodedDistribution, Subject, Timeline } from '../report/run-report-schema.js';
import { DRAWS, drawLogRatios } from './block-bootstrap.js';
import type { BucketSeries } from './block-bootstrap.js';
import type { FigureBasis } from './compare-figures.js';
import type { ComparedRun } from './compared-run.js';
import { ENOUGH_EVENTS, independentEvents, valuesBeyond } from './events-beyond.js';
import { QuantileTable } from './quantile-table.js';

type QuantileBasis = Extract<FigureBasis, { kind: 'quantile' }>;
type SeriesName = 'p50' | 'p99' | 'age' | 'frames' | 'bytes';

/**
 * How the figures of one subject would have come out if its run were drawn anew from itself: `DRAWS` logarithms of the ratio
 * to what was measured. What varied from one bucket of the time line to the next varies in them too;
 * what is the same in the whole run, and another one in the next run, they cannot know.
 */
export class RunDraws {
  private readonly random: RandomBits;
  private readonly latency: QuantileTable | null;
  private readonly age: QuantileTable | null;
  /** Drawn when it is first needed: between repeated runs it is not. */
  private overTime: ReadonlyMap<SeriesName, Float64Array | null> | null = null;

  /**
   * @param seed another one for each run and subject
   * @throws {StreamerError} BAD_REPORT for histograms that are none
   */
  constructor(
    private readonly subject: Subject,
    private readonly run: ComparedRun,
    seed: number,
  ) {
    this.random = new RandomBits(seed);
    this.latency = tableOf(subject.histograms?.latency, run.file);
    this.age = tableOf(subject.histograms?.age, run.file);
  }

  /** Null where nothing can be said. */
  logRatios(basis: FigureBasis): Float64Array | null {
    switch (basis.kind) {
      case 'quantile':
        return this.events(basis) < ENOUGH_EVENTS ? null : this.ofQuantile(basis);
      case 'rate':
        return basis.of === 'cpu' ? this.ofServer() : this.inTime(basis.of);
      default:
        return null;
    }
  }

  /** Independent events beyond a quantile, by which it is known; without an end for what is none. */
  events(basis: FigureBasis): number {
    if (basis.kind !== 'quantile') return Infinity;
    const { of, quantile } = basis;
    const { latencyUs, ageUs, timeline } = this.subject;
    const table = this.tableOf(of);
    // Summaries of watching do not count ages, of which there are as many as frames.
    const beyond = valuesBeyond(quantile, table?.count ?? ((of === 'age' && ageUs.count) || latencyUs.count));
    if (!timeline || !table || isInTimeline(quantile, timeline)) return beyond;
    // The age of the newest frame is never less than its latency.
    return independentEvents(beyond, table.at(quantile), timeline.ageMaxUs);
  }

  private ofServer(): Float64Array | null {
    const values = this.run.serverCpu;
    return drawLogRatios([{ values, weights: values.map(() => 1), isGeometric: false }], this.random)?.[0] ?? null;
  }

  /** What varies over time holds what chance does to the rank, but for ranks that the time line does not have. */
  private ofQuantile(basis: QuantileBasis): Float64Array | null {
    const { of, quantile } = basis;
    const { timeline } = this.subject;
    const table = this.tableOf(of);
    if (!table) return null;
    const inTime = this.inTime(of === 'age' ? 'age' : quantile <= 0.5 ? 'p50' : 'p99');
    if (inTime && of === 'latency' && timeline && isInTimeline(quantile, timeline)) return inTime;
    const usual = table.at(quantile);
    if (usual <= 0) return null;
    const rankError = Math.sqrt((quantile * (1 - quantile) * valuesBeyond(quantile, 1)) / this.events(basis));
    return Float64Array.from({ length: DRAWS }, (_, draw) => {
      const rank = Math.min(1, Math.max(0, quantile + rankError * normal(this.random)));
      return Math.log(Math.max(1, table.at(rank)) / usual) + (inTime?.[draw] ?? 0);
    });
  }

  private tableOf(of: QuantileBasis['of']): QuantileTable | null {
    return of === 'latency' ? this.latency : this.age;
  }

  private inTime(name: SeriesName): Float64Array | null {
    this.overTime ??= this.drawTimeline();
    return this.overTime.get(name) ?? null;
  }

  private drawTimeline(): ReadonlyMap<SeriesName, Float64Array | null> {
    const { timeline } = this.subject;
    const series = timeline ? [...seriesOf(timeline)] : [];
    const ratios = drawLogRatios(
      series.map(([, each]) => each),
      this.random,
    );
    return new Map(series.map(([name], index) => [name, ratios?.[index] ?? null] as const));
  }
}

/** Buckets have quantiles up to p99, and of few frames none but their maximum. */
function isInTimeline(quantile: number, { frames }: Timeline): boolean {
  const aBucket = frames.reduce((sum, count) => sum + count, 0) / frames.length;
  return quantile <= 0.99 && valuesBeyond(quantile, aBucket) >= 1;
}

function seriesOf({
  frames,
  bytes,
  latencyP50Us,
  latencyP99Us,
  ageMaxUs,
}: Timeline): ReadonlyMap<SeriesName, BucketSeries> {
  const evenly = frames.map(() => 1);
  return new Map([
    ['p50', { values: latencyP50Us, weights: frames, isGeometric: true }],
    ['p99', { values: latencyP99Us, weights: frames, isGeometric: false }],
    ['age', { values: ageMaxUs, weights: evenly, isGeometric: false }],
    ['frames', { values: frames, weights: evenly, isGeometric: false }],
    ['bytes', { values: bytes, weights: evenly, isGeometric: false }],
  ]);
}

function tableOf(encoded: EncodedDistribution | undefined, file: string): QuantileTable | null {
  const histogram = encoded && decoded(encoded, file);
  return histogram && histogram.count > 0 ? new QuantileTable(histogram) : null;
}

/** @throws {StreamerError} BAD_REPORT, since the text is of a file that somebody else may have written. */
export function decoded({ values, negative }: EncodedDistribution, file: string): LatencyHistogram {
  try {
    return LatencyHistogram.decode(values, negative);
  } catch (cause) {
    throw new StreamerError('BAD_REPORT', `${file} is broken: ${(cause as Error).message}`, { cause });
  }
}

/** Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
function normal(random: RandomBits): number {
  const radius = Math.sqrt(-2 * Math.log(((random.next() >>> 0) + 1) / (2 ** 32 + 1)));
  return radius * Math.cos((2 * Math.PI * (random.next() >>> 0)) / 2 ** 32);
}
