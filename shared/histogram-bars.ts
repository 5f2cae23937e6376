/** Bar of a drawn histogram: `count` values with `fromUs` <= value < `toUs`, in microseconds. */
export interface Bar {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/** What the bars are drawn for, in microseconds; the bars lie between `lowUs` and `highUs`. */
export interface BarRange {
  readonly minUs: number;
  readonly lowUs: number;
  readonly highUs: number;
  readonly maxUs: number;
  /** Least width at which neighbouring bars can be told apart. */
  readonly resolutionUs: number;
}

/**
 * Makes bars of one width with bounds that read well (1, 2 or 5 times a power of ten), as few as `maxBars` and as many
 * as fit. `visitValues` calls back for each value with its count. What lies below the first bar or above the last one
 * counts there, and that bar's outer bound is moved out to it, so that no outlier flattens the rest of the picture.
 */
export function makeBars(
  range: BarRange,
  maxBars: number,
  visitValues: (visit: (valueUs: number, count: number) => void) => void,
): Bar[] {
  const { first, last, widthUs } = fitBars(range, Math.max(1, Math.floor(maxBars)));
  const counts = new Array<number>(last - first + 1).fill(0);
  visitValues((valueUs, count) => {
    const i = Math.min(last, Math.max(first, Math.floor(valueUs / widthUs))) - first;
    counts[i] = (counts[i] ?? 0) + count;
  });
  return counts.map((count, i) => ({
    fromUs: i === 0 ? Math.min(range.minUs, first * widthUs) : (first + i) * widthUs,
    toUs: i === last - first ? Math.max(range.maxUs + 1, (last + 1) * widthUs) : (first + i + 1) * widthUs,
    count,
  }));
}

/** Finds the least readable width at which the bars fit; `first` and `last` count bars of that width from 0 µs on. */
function fitBars(range: BarRange, maxBars: number): { first: number; last: number; widthUs: number } {
  const leastUs = Math.max(1, range.resolutionUs, (range.highUs - range.lowUs) / maxBars);
  for (let scale = 10 ** Math.floor(Math.log10(leastUs)); ; scale *= 10) {
    for (const step of [1, 2, 5]) {
      const widthUs = step * scale;
      const first = Math.floor(range.lowUs / widthUs);
      const last = Math.floor(range.highUs / widthUs);
      // Two bars are allowed always: values on both sides of 0 never fit into one.
      if (widthUs >= leastUs && last - first < Math.max(2, maxBars)) return { first, last, widthUs };
    }
  }
}
