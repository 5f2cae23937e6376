import type { Episodes } from '../metrics/snapshot.js';

/** Counts how often something happened, and for how long. */
export class EpisodeCounter {
  private count = 0;
  private totalUs = 0;
  private longestUs = 0;

  add(durationUs: number): void {
    this.count += 1;
    this.totalUs += durationUs;
    this.longestUs = Math.max(this.longestUs, durationUs);
  }

  /** Everything up to now; `runningUs` is one that goes on still, 0 where none does. */
  figures(runningUs = 0): Episodes {
    return {
      count: this.count + (runningUs > 0 ? 1 : 0),
      totalUs: this.totalUs + runningUs,
      longestUs: Math.max(this.longestUs, runningUs),
    };
  }

  reset(): void {
    this.count = 0;
    this.totalUs = 0;
    this.longestUs = 0;
  }
}
