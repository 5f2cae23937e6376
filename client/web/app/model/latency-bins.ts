/** One bar of a histogram: `count` frames with `fromUs` <= latency < `toUs`. */
export interface LatencyBin {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/** Frames that count: a minute of a usual stream. */
export const MAX_SAMPLES = 1_800;
const MAX_BINS = 48;
/** Beyond this share of the frames lies what would squeeze all others into one bar. */
const TAIL_SHARE = 0.005;
/** Widths that read well, times a power of ten. */
const STEPS = [1, 2, 5, 10];

/** The latencies of the newest frames, microseconds. Bounded; adding one costs no memory. */
export class LatencySamples {
  private readonly values = new Float64Array(MAX_SAMPLES);
  private added = 0;

  add(latencyUs: number): void {
    this.values[this.added % MAX_SAMPLES] = latencyUs;
    this.added += 1;
  }

  /** In no particular order. */
  toArray(): number[] {
    return [...this.values.subarray(0, Math.min(this.added, MAX_SAMPLES))];
  }
}

/** Bars of equal width, least first; the last one gathers the few that lie far beyond the others, too. */
export function binLatencies(latenciesUs: readonly number[]): readonly LatencyBin[] {
  const sorted = latenciesUs.toSorted((a, b) => a - b);
  const least = sorted[0];
  if (least === undefined) return [];
  const most = sorted[Math.ceil(sorted.length * (1 - TAIL_SHARE)) - 1] ?? least;
  const widthUs = niceWidth((most - least) / MAX_BINS);
  const startUs = Math.floor(least / widthUs) * widthUs;
  const counts = new Array<number>(Math.floor((most - startUs) / widthUs) + 1).fill(0);
  for (const value of sorted) {
    const index = Math.min(Math.floor((value - startUs) / widthUs), counts.length - 1);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const lastIndex = counts.length - 1;
  return counts.map((count, index) => {
    const fromUs = startUs + index * widthUs;
    const isTail = index === lastIndex && (sorted.at(-1) ?? 0) >= fromUs + widthUs;
    return { fromUs, toUs: isTail ? Infinity : fromUs + widthUs, count };
  });
}

function niceWidth(roughUs: number): number {
  if (roughUs <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(roughUs));
  return (STEPS.find((step) => step * power >= roughUs) ?? 10) * power;
}
