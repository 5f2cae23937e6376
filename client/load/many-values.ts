import { LatencyHistogram } from '../../shared/histogram.js';
import type { Quantiles } from '../metrics/snapshot.js';

/** With more values than this a histogram takes less time and memory than sorting them. */
const MAX_SORTED = 65_536;

/** Values of one stretch of time, in pieces as threads deliver them, for their quantiles. */
export class ManyValues {
  private pieces: Int32Array[] = [];
  private count = 0;
  private histogram: LatencyHistogram | null = null;

  add(values: Int32Array): void {
    if (values.length === 0) return;
    this.count += values.length;
    this.pieces.push(values);
    if (this.histogram || this.count > MAX_SORTED) this.spill();
  }

  /** p50 and p99 of what was added since the last call; null without values. Forgets them. */
  take(): Quantiles {
    const { histogram } = this;
    const at = histogram ? (q: number) => histogram.quantile(q) : this.ranked();
    const quantiles = { p50: at(0.5), p99: at(0.99) };
    this.pieces = [];
    this.count = 0;
    this.histogram = null;
    return quantiles;
  }

  private ranked(): (q: number) => number | null {
    const sorted = new Int32Array(this.count);
    let offset = 0;
    for (const piece of this.pieces) {
      sorted.set(piece, offset);
      offset += piece.length;
    }
    sorted.sort();
    return (q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
  }

  private spill(): void {
    const histogram = (this.histogram ??= new LatencyHistogram());
    for (const piece of this.pieces) for (const value of piece) histogram.record(value);
    this.pieces = [];
  }
}
