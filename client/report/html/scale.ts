/** A vertical scale of a chart. */
export interface Scale {
  /** Where `value` stands, from 0 at the bottom to 1 at the top; what lies outside stands at the edge. */
  place(value: number): number;
  /** Where lines and labels stand. */
  readonly ticks: readonly number[];
  readonly isLogarithmic: boolean;
}

const STEPS = 5;
/** A maximum this many times the middle would leave nothing of the rest on a linear scale. */
const LOGARITHMIC_FROM = 15;
/** More decades than that nobody needs: one microsecond to an hour has ten. */
const MAX_DECADES = 10;
/** So few leave room for ticks between them. */
const FEW_DECADES = 2;

/**
 * The scale that shows `values` best: linear with its zero, or logarithmic where the greatest dwarfs what is `usual`,
 * which is the middle one where nobody says it. A logarithmic scale has no zero, so that stands at its lower edge.
 */
export function scaleFor(values: readonly number[], usual: number = middleOf(values)): Scale {
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), 0);
  const greatest = finite.reduce((a, b) => Math.max(a, b), 0);
  const leastAboveZero = finite.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Infinity);
  return least === 0 && usual > 0 && greatest > LOGARITHMIC_FROM * usual
    ? logarithmicScale(Math.max(leastAboveZero, usual / LOGARITHMIC_FROM), greatest)
    : linearScale(least, greatest);
}

/** A scale in even steps of 1, 2 or 5 times a power of ten. */
export function linearScale(low: number, high: number): Scale {
  const step = niceStep(Math.max(high - low, Number.MIN_VALUE * 1e20));
  const from = Math.floor(low / step) * step;
  const to = Math.max(from + step, Math.ceil(high / step - 1e-9) * step);
  const count = Math.round((to - from) / step);
  return {
    place: (value) => clamped((value - from) / (to - from)),
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((from + index * step).toPrecision(12))),
    isLogarithmic: false,
  };
}

/** A scale on which every factor of ten takes the same room; both ends above 0. */
export function logarithmicScale(low: number, high: number): Scale {
  const top = Math.ceil(Math.log10(high) - 1e-9);
  const from = Math.max(Math.min(Math.floor(Math.log10(low) + 1e-9), top - 1), top - MAX_DECADES);
  return {
    place: (value) => (value <= 0 ? 0 : clamped((Math.log10(value) - from) / (top - from))),
    ticks: Array.from({ length: top - from + 1 }, (_, index) => 10 ** (from + index)).flatMap((decade, index) =>
      top - from > FEW_DECADES || index === top - from ? [decade] : [decade, 2 * decade, 5 * decade],
    ),
    isLogarithmic: true,
  };
}

function middleOf(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function niceStep(span: number): number {
  const rough = span / STEPS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough * 0.999) ?? 10) * magnitude;
}

function clamped(share: number): number {
  return Math.min(1, Math.max(0, share));
}
