import type { DelayHistogram } from '../../shared/loop-delay.js';

/** Intervals between timers that a test gives; percentile 50 is the middle one, 99 the last but one. */
export class FakeDelayHistogram implements DelayHistogram {
  intervalsMs: readonly number[] = [];
  isEnabled = true;

  get max(): number {
    return Math.max(0, ...this.intervalsMs) * 1e6;
  }

  percentile(percentile: number): number {
    const sorted = this.intervalsMs.toSorted((a, b) => a - b);
    const rank = percentile === 50 ? Math.ceil(sorted.length / 2) : sorted.length - 1;
    return (sorted[Math.max(1, rank) - 1] ?? 0) * 1e6;
  }

  disable(): void {
    this.isEnabled = false;
  }

  reset(): void {
    this.intervalsMs = [];
  }
}
