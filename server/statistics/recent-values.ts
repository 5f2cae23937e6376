const FIRST_CAPACITY = 64;
/** Ten seconds of 240 frames a second fit; of a faster stream less time is looked back at. */
const MAX_CAPACITY = 4096;

/**
 * The rows of numbers of the last seconds, as they are. A few hundred of them take a tenth of the memory of histograms
 * that could be rotated, and their quantiles are exact.
 */
export class RecentValues {
  private times = new Float64Array(FIRST_CAPACITY);
  private values: Float64Array;
  private first = 0;
  private length = 0;

  /** @param windowUs how long a row counts */
  constructor(
    private readonly columns: number,
    private readonly windowUs: number,
  ) {
    this.values = new Float64Array(FIRST_CAPACITY * columns);
  }

  /** Adds a row, of one number a column; times must not run backwards. */
  add(nowUs: number, row: Float64Array): void {
    this.forgetBefore(nowUs - this.windowUs);
    if (this.length === this.times.length && this.length < MAX_CAPACITY) this.grow();
    if (this.length === MAX_CAPACITY) this.forgetFirst();
    const at = (this.first + this.length) % this.times.length;
    this.times[at] = nowUs;
    this.values.set(row, at * this.columns);
    this.length += 1;
  }

  /** Quantiles (0 to 1: the value of rank ceil(q · n)) of one column; null where no row is recent. */
  quantiles(column: number, qs: readonly number[], nowUs: number): number[] | null {
    this.forgetBefore(nowUs - this.windowUs);
    const { length } = this;
    if (length === 0) return null;
    const sorted = new Float64Array(length);
    for (let i = 0; i < length; i += 1) {
      sorted[i] = this.values[((this.first + i) % this.times.length) * this.columns + column]!;
    }
    sorted.sort();
    return qs.map((q) => sorted[Math.max(0, Math.ceil(q * length) - 1)]!);
  }

  reset(): void {
    this.length = 0;
  }

  /** Rows that lie at or before the bound are of the past. */
  private forgetBefore(boundUs: number): void {
    while (this.length > 0 && this.times[this.first]! <= boundUs) this.forgetFirst();
  }

  private forgetFirst(): void {
    this.first = (this.first + 1) % this.times.length;
    this.length -= 1;
  }

  private grow(): void {
    const { times, values, first, columns } = this;
    this.times = new Float64Array(times.length * 2);
    this.times.set(times.subarray(first));
    this.times.set(times.subarray(0, first), times.length - first);
    this.values = new Float64Array(values.length * 2);
    this.values.set(values.subarray(first * columns));
    this.values.set(values.subarray(0, first * columns), values.length - first * columns);
    this.first = 0;
  }
}
