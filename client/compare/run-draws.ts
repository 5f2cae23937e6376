import { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { RandomBits } from '../../shared/random-bits.js';
import type { EncodedDistribution, Subject } from '../report/run-report-schema.js';
import { DRAWS, drawDeviations, meanOf } from './block-bootstrap.js';
import type { BucketSeries } from './block-bootstrap.js';
import type { FigureBasis } from './compare-figures.js';
import type { ComparedRun } from './compared-run.js';
import { QuantileTable } from './quantile-table.js';

type SeriesName = 'p50' | 'p99' | 'age' | 'frames' | 'bytes';

/** The mean of a series, and how it would have come out in other draws. */
interface DrawnSeries {
  readonly mean: number;
  readonly deviations: Float64Array | null;
}

/**
 * How the figures of one subject would have come out if its run were drawn anew from itself: `DRAWS` deviations from what
 * was measured, in the unit of the figure. What varied from one bucket of the time line to the next varies in them too;
 * what is the same in the whole run, and another one in the next run, they cannot know.
 */
export class RunDraws {
  private readonly random: RandomBits;
  private readonly latency: QuantileTable | null;
  private readonly age: QuantileTable | null;
  /** Drawn when it is first needed: between repeated runs it is not. */
  private overTime: ReadonlyMap<SeriesName, DrawnSeries> | null = null;

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

  /** Deviations of a figure that was `value`; null where nothing can be said. */
  deviations(basis: FigureBasis, value: number): Float64Array | null {
    switch (basis.kind) {
      case 'quantile':
        return this.ofQuantile(basis.of, basis.quantile, value);
      case 'rate':
        return basis.of === 'cpu' ? this.ofServer() : this.scaled(basis.of, value);
      default:
        return null;
    }
  }

  private ofServer(): Float64Array | null {
    const values = this.run.serverCpu;
    return drawDeviations([{ values, weights: values.map(() => 1) }], this.random)?.[0] ?? null;
  }

  /** What varies over time, and what chance does to the rank: the sum of both is on the safe side. */
  private ofQuantile(of: 'latency' | 'age', quantile: number, value: number): Float64Array | null {
    const table = of === 'latency' ? this.latency : this.age;
    if (!table) return null;
    const usual = table.at(quantile);
    const rankError = Math.sqrt((quantile * (1 - quantile)) / table.count);
    const overTime = this.scaled(of === 'age' ? 'age' : quantile <= 0.5 ? 'p50' : 'p99', value);
    return Float64Array.from({ length: DRAWS }, (_, draw) => {
      const rank = Math.min(1, Math.max(0, quantile + rankError * normal(this.random)));
      return table.at(rank) - usual + (overTime?.[draw] ?? 0);
    });
  }

  /** Deviations of a series, made as large as `value` is beside its mean. */
  private scaled(name: SeriesName, value: number): Float64Array | null {
    this.overTime ??= this.drawTimeline();
    const series = this.overTime.get(name);
    if (!series?.deviations || series.mean <= 0) return null;
    const scale = value / series.mean;
    return series.deviations.map((deviation) => deviation * scale);
  }

  private drawTimeline(): ReadonlyMap<SeriesName, DrawnSeries> {
    const { timeline } = this.subject;
    const series = timeline ? [...seriesOf(timeline)] : [];
    const deviations = drawDeviations(
      series.map(([, each]) => each),
      this.random,
    );
    const drawn = series.map(([name, each], index) => {
      return [name, { mean: meanOf(each), deviations: deviations?.[index] ?? null }] as const;
    });
    return new Map(drawn);
  }
}

function seriesOf({
  frames,
  bytes,
  latencyP50Us,
  latencyP99Us,
  ageMaxUs,
}: NonNullable<Subject['timeline']>): ReadonlyMap<SeriesName, BucketSeries> {
  const evenly = frames.map(() => 1);
  return new Map([
    ['p50', { values: latencyP50Us, weights: frames }],
    ['p99', { values: latencyP99Us, weights: frames }],
    ['age', { values: ageMaxUs, weights: evenly }],
    ['frames', { values: frames, weights: evenly }],
    ['bytes', { values: bytes, weights: evenly }],
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
