/** Ends of a 95 % interval, in whatever its values are. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Quantile 0.975 of Student's t by degrees of freedom, from 1 on; beyond, 1.96 and what is left of the difference. */
const T_975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131];
const Z_975 = 1.96;
const REST = 2.4;

/** The middle 95 % of `draws`, or of `level` more where that is less than 0.025 at each end. */
export function percentileInterval(draws: Float64Array, level = 0.025): Interval {
  const sorted = draws.toSorted();
  const last = sorted.length - 1;
  const at = Math.min(last, Math.floor(level * sorted.length));
  return { low: sorted[at] ?? 0, high: sorted[last - at] ?? 0 };
}

/**
 * The share to leave out at each end of the bootstrap of a mean of `count` values. The ordinary percentiles are too narrow
 * for few values; these make up for it (the expanded percentile interval: Hesterberg, "What Teachers Should Know About the
 * Bootstrap", The American Statistician 69, 2015).
 */
export function expandedLevel(count: number): number {
  return normalShareBelow(-Z_975 * fewnessOf(count));
}

/** How much too narrow the bootstrap of a mean of `count` (2 or more) values or blocks is. */
export function fewnessOf(count: number): number {
  const freedom = Math.max(1, count - 1);
  const t = T_975[Math.floor(freedom) - 1] ?? Z_975 + REST / freedom;
  return (t / Z_975) * Math.sqrt((freedom + 1) / freedom);
}

/** Share of a normal distribution below `z` (Abramowitz and Stegun, formula 7.1.26; off by 1.5e-7 at most). */
function normalShareBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (polynomial * Math.exp(-x * x)) / 2;
  return Math.max(0, z < 0 ? half : 1 - half);
}
