/** The value that a share of `q` (0 to 1) of `values` does not exceed; null without values. */
export function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

/** The middle value; the mean of the two in the middle where their number is even. Null without values. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >> 1];
  const high = sorted[sorted.length >> 1];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** The two quantiles that a distribution is shown by; null without values. */
export function p50And99(values: readonly number[]): { p50: number | null; p99: number | null } {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}
