/** What a rate is learned from, at least. */
const MIN_FRAMES = 10;
const MIN_SPAN_US = 2_000_000;
/** Where single hiccups do not explain the mean there are bursts or a hasty start: then a longer look decides. */
const MAX_DISAGREEMENT = 0.25;
const LONG_SPAN_US = 6_000_000;
/** More is not looked at, whatever a source sends. */
const MAX_FRAMES = 10_000;
/** An interval so far from the median, as a part of it, is a hiccup. */
const HICCUP = 0.5;

/** Learns the rate of a source from when its frames came. Times are microseconds. */
export class RateLearner {
  private readonly timesUs: number[] = [];
  private isUnsteady = false;

  /** Takes `frames` that came at `nowUs`; returns frames per second as soon as that can be told, else null. */
  add(frames: number, nowUs: number): number | null {
    for (let i = Math.min(frames, MAX_FRAMES - this.timesUs.length); i > 0; i -= 1) this.timesUs.push(nowUs);
    const spanUs = nowUs - (this.timesUs[0] ?? nowUs);
    if (this.timesUs.length < MIN_FRAMES || spanUs < MIN_SPAN_US) return null;
    const meanUs = spanUs / (this.timesUs.length - 1);
    if (!this.isUnsteady) {
      const usualUs = usualInterval(this.timesUs);
      this.isUnsteady = Math.abs(usualUs / meanUs - 1) > MAX_DISAGREEMENT;
      if (!this.isUnsteady) return 1_000_000 / usualUs;
    }
    if (spanUs < LONG_SPAN_US) return null;
    // The later half knows nothing of the start; where it is one single burst, the whole has to do.
    return 1_000_000 / (mean(intervals(this.timesUs.slice(this.timesUs.length >> 1))) || meanUs);
  }
}

/** Mean without the hiccups: jitter cancels out in it, as it does not in a median. */
function usualInterval(timesUs: readonly number[]): number {
  const all = intervals(timesUs).sort((a, b) => a - b);
  const medianUs = all[all.length >> 1] ?? 0;
  return mean(all.filter((intervalUs) => Math.abs(intervalUs - medianUs) <= medianUs * HICCUP));
}

function intervals(timesUs: readonly number[]): number[] {
  return timesUs.slice(1).map((timeUs, i) => timeUs - (timesUs[i] ?? 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
