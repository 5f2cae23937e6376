/** A vertical axis: from `min` to `max` in whole steps; `clipped` is the extreme value left out, or null. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly clipped: number | null;
}

/** A value this many times as great as 90 % of the others would flatten them to a line. */
const OUTLIER_FACTOR = 5;
/** Fewer values than this do not tell what is usual. */
const MIN_VALUES_TO_CLIP = 10;

/**
 * An axis for `values` with at most `maxSteps` steps of 1, 2 or 5 times a power of ten (two if zero lies inside). It
 * always holds zero, spans at least `minSpan`, and leaves out values far beyond the rest (see `clipped`).
 */
export function axisFor(values: readonly number[], maxSteps: number, minSpan: number): Axis {
  const limit = outlierLimit(values);
  const inside = values.filter((value) => Math.abs(value) <= limit);
  const low = Math.min(0, ...inside);
  const high = Math.max(0, low + minSpan, ...inside);
  const step = niceStep(low, high, Math.max(maxSteps, low < 0 && high > 0 ? 2 : 1));
  const outside = values.filter((value) => Math.abs(value) > limit);
  return {
    min: Math.floor(low / step) * step,
    max: Math.ceil(high / step) * step,
    step,
    clipped: outside.length === 0 ? null : outside.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
  };
}

/** The values of an axis at which labels stand, from `min` to `max`. */
export function ticks({ min, max, step }: Axis): number[] {
  return Array.from({ length: Math.round((max - min) / step) + 1 }, (_, index) => min + index * step);
}

function outlierLimit(values: readonly number[]): number {
  if (values.length < MIN_VALUES_TO_CLIP) return Number.POSITIVE_INFINITY;
  const sizes = values.map(Math.abs).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length * 0.9) - 1] ?? 0;
  return usual > 0 ? usual * OUTLIER_FACTOR : Number.POSITIVE_INFINITY;
}

/** The smallest step of 1, 2 or 5 times a power of ten that covers `low` to `high` in at most `maxSteps` whole steps. */
function niceStep(low: number, high: number, maxSteps: number): number {
  const magnitude = 10 ** Math.floor(Math.log10((high - low) / maxSteps));
  const steps = [1, 2, 5, 10, 20, 50, 100].map((factor) => factor * magnitude);
  return steps.find((step) => Math.ceil(high / step) - Math.floor(low / step) <= maxSteps) ?? high - low;
}
