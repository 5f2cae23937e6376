/** A histogram of signed microsecond values: `LatencyHistogram` in Node, `SignedCounts` in a browser. */
export interface ValueCounts {
  readonly count: number;
  record(valueUs: number, count?: number): void;
  /** The value that a share of `q` (0 to 1) of all values does not exceed; null while there is none. */
  quantile(q: number): number | null;
}
