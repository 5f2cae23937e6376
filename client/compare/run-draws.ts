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

/**
 * How the figures of one subject would have come out if its run were drawn anew from itself: `DRAWS` deviations from what
 * was measured, in the unit of the figure. What varied from one bucket of the time line to the next varies in them too;
 * what is the same in the whole run, and another one in the next run, they cannot know.
 */
export class RunDraws {
  private readonly random: RandomBits;
  private readonly overTime = new Map<SeriesName, { readonly mean: number; readonly deviations: Float64Array }>();
  private readonly cpu: Float64Array | null;
  private readonly latency: QuantileTable | null;
  private readonly age: QuantileTable | null;

  /**
   * @param seed another one for each run and subject
   * @throws {StreamerError} BAD_REPORT for histograms that are none
   */
  constructor(subject: Subject, run: ComparedRun, seed: number) {
    this.random = new RandomBits(seed);
    const { timeline, histograms } = subject;
    this.latency = tableOf(histograms?.latency, run.file);
    this.age = tableOf(histograms?.age, run.file);
    if (timeline) this.drawTimeline(seriesOf(timeline));
    const cpu = { values: run.serverCpu, weights: run.serverCpu.map(() => 1) };
    this.cpu = drawDeviations([cpu], this.random)?.[0] ?? null;
  }

  /** Deviations of a figure that was `value`; null where nothing can be said. */
  deviations(basis: FigureBasis, value: number): Float64Array | null {
    switch (basis.kind) {
      case 'quantile':
        return this.ofQuantile(basis.of, basis.quantile, value);
      case 'rate':
        return basis.of === 'cpu' ? this.cpu : this.scaled(basis.of, value);
      default:
        return null;
    }
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
    const series = this.overTime.get(name);
    if (!series || series.mean <= 0) return null;
    const scale = value / series.mean;
    return series.deviations.map((deviation) => deviation * scale);
  }

  private drawTimeline(series: Readonly<Record<SeriesName, BucketSeries>>): void {
    const names = Object.keys(series) as SeriesName[];
    const deviations = drawDeviations(
      names.map((name) => series[name]),
      this.random,
    );
    for (const [index, name] of names.entries()) {
      const own = deviations?.[index];
      if (own) this.overTime.set(name, { mean: meanOf(series[name]), deviations: own });
    }
  }
}

function seriesOf({
  frames,
  bytes,
  latencyP50Us,
  latencyP99Us,
  ageMaxUs,
}: NonNullable<Subject['timeline']>): Readonly<Record<SeriesName, BucketSeries>> {
  const evenly = frames.map(() => 1);
  return {
    p50: { values: latencyP50Us, weights: frames },
    p99: { values: latencyP99Us, weights: frames },
    age: { values: ageMaxUs, weights: evenly },
    frames: { values: frames, weights: evenly },
    bytes: { values: bytes, weights: evenly },
  };
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
