/** A histogram as Prometheus keeps it: how many values were at most each bound, and their sum. */
export interface CumulativeCounts {
  /** Upper bounds in microseconds, least first. */
  readonly boundsUs: readonly number[];
  /** Values at most as great as the bound of the same place. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sumUs: number;
}

/** Counts durations since the beginning in a few buckets with fixed bounds, for whoever takes the differences. */
export class BucketCounts {
  private readonly counts: Float64Array;
  private sumUs = 0;

  /** @param boundsUs upper bounds in microseconds, least first; one bucket more takes what is beyond them */
  constructor(private readonly boundsUs: readonly number[]) {
    this.counts = new Float64Array(boundsUs.length + 1);
  }

  add(valueUs: number, count = 1): void {
    const { boundsUs } = this;
    let at = 0;
    while (at < boundsUs.length && valueUs > boundsUs[at]!) at += 1;
    this.counts[at]! += count;
    this.sumUs += valueUs * count;
  }

  cumulative(): CumulativeCounts {
    let count = 0;
    const counts = this.boundsUs.map((_, at) => (count += this.counts[at]!));
    count += this.counts[this.boundsUs.length]!;
    return { boundsUs: this.boundsUs, counts, count, sumUs: this.sumUs };
  }
}
