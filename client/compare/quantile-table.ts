import type { LatencyHistogram } from '../../shared/histogram.js';

/** Quantiles of a distribution that are asked for thousands of times. */
export class QuantileTable {
  private readonly valuesUs: Float64Array;
  /** How many values are not greater than the one at the same place. */
  private readonly ranks: Float64Array;

  constructor(histogram: LatencyHistogram) {
    const { valuesUs, counts } = histogram.state();
    const order = [...valuesUs.keys()].toSorted((one, other) => (valuesUs[one] ?? 0) - (valuesUs[other] ?? 0));
    this.valuesUs = Float64Array.from(order, (index) => valuesUs[index] ?? 0);
    let rank = 0;
    this.ranks = Float64Array.from(order, (index) => (rank += counts[index] ?? 0));
  }

  get count(): number {
    return this.ranks.at(-1) ?? 0;
  }

  /** The value that a share of `q` (0 to 1) does not exceed; 0 of nothing. */
  at(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.count));
    let low = 0;
    let high = this.ranks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranks[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return this.valuesUs[low] ?? 0;
  }
}
