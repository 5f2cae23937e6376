const FIRST_CAPACITY = 64;
/** With more values than this in an interval every second one is kept, then every fourth, and so on. */
const MAX_VALUES = 4096;

/** The values of one interval as they are, for their quantiles; less memory than a histogram while there are few. */
export class IntervalValues {
  private values = new Int32Array(FIRST_CAPACITY);
  private length = 0;
  private stride = 1;
  private passed = 0;

  /** Adds a value; microseconds, at most 2^31 - 1 of them. */
  add(valueUs: number): void {
    this.passed += 1;
    if (this.passed % this.stride !== 0) return;
    if (this.length === this.values.length) this.makeRoom();
    this.values[this.length] = Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.round(valueUs)));
    this.length += 1;
  }

  /** p50 and p99 of what was added since the last call, by nearest rank; null without values. Forgets them. */
  take(): { readonly p50: number | null; readonly p99: number | null } {
    const sorted = this.values.subarray(0, this.length).sort();
    const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
    const quantiles = { p50: at(0.5), p99: at(0.99) };
    this.length = 0;
    this.stride = 1;
    this.passed = 0;
    return quantiles;
  }

  private makeRoom(): void {
    if (this.length < MAX_VALUES) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
      return;
    }
    for (let i = 0; 2 * i + 1 < this.length; i += 1) this.values[i] = this.values[2 * i + 1] ?? 0;
    this.length /= 2;
    this.stride *= 2;
  }
}
