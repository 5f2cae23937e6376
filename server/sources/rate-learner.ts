/** What a rate is learned from, at least. */
const MIN_FRAMES = 10;
const MIN_SPAN_US = 2_000_000;
/** Median and mean that differ more than this show bursts or a hasty start: then a longer look decides. */
const MAX_DISAGREEMENT = 0.25;
const LONG_SPAN_US = 6_000_000;
/** More is not looked at, whatever a source sends. */
const MAX_FRAMES = 10_000;

/** Learns the rate of a source from when its frames came. Times are microseconds. */
export class RateLearner {
  private readonly timesUs: number[] = [];
  private isUnsteady = false;

  /** Takes `frames` that came at `nowUs`; returns frames per second as soon as that can be told, else null. */
  add(frames: number, nowUs: number): number | null {
    for (let i = Math.min(frames, MAX_FRAMES - this.timesUs.length); i > 0; i -= 1) this.timesUs.push(nowUs);
    const spanUs = nowUs - (this.timesUs[0] ?? nowUs);
    if (this.timesUs.length < MIN_FRAMES || spanUs < MIN_SPAN_US) return null;
    const meanUs = meanInterval(this.timesUs);
    if (!this.isUnsteady) {
      const medianUs = medianInterval(this.timesUs);
      this.isUnsteady = Math.abs(medianUs / meanUs - 1) > MAX_DISAGREEMENT;
      if (!this.isUnsteady) return 1_000_000 / medianUs;
    }
    if (spanUs < LONG_SPAN_US) return null;
    // The later half knows nothing of the start; where it is one single burst, the whole has to do.
    return 1_000_000 / (meanInterval(this.timesUs.slice(this.timesUs.length >> 1)) || meanUs);
  }
}

function meanInterval(timesUs: readonly number[]): number {
  return ((timesUs.at(-1) ?? 0) - (timesUs[0] ?? 0)) / (timesUs.length - 1);
}

function medianInterval(timesUs: readonly number[]): number {
  const intervals = timesUs.slice(1).map((timeUs, i) => timeUs - (timesUs[i] ?? 0));
  intervals.sort((a, b) => a - b);
  return intervals[intervals.length >> 1] ?? 0;
}
