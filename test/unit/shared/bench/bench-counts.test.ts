import { describe, expect, it } from 'vitest';
import { BenchCounts } from '../../../../shared/bench/bench-counts.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';

const WINDOW = { benchId: 1, stream: 'cam', startTimeUs: 1_000_000, stopTimeUs: 2_000_000 };
const NO_GAP = { lost: 0, skipped: 0 };

function frame(captureTimeUs: number) {
  return { captureTimeUs, previousTimeUs: null, gap: NO_GAP, bytes: 10, isWhole: true };
}

describe('BenchCounts', () => {
  it('has no latency of a frame that a late device held since before it knew of the window', () => {
    const counts = new BenchCounts(WINDOW, null, () => new LatencyHistogram());
    counts.onLatency(1_100_000, 5000, 100);
    counts.onFrame(frame(1_200_000));
    counts.onLatency(1_150_000, 5000, 100);
    counts.onLatency(1_200_000, 6000, 100);
    expect([counts.totals.received, counts.latency.count, counts.latency.max]).toEqual([1, 1, 6000]);
  });

  it('counts what was captured in the window, and nothing beside it', () => {
    const counts = new BenchCounts(WINDOW, WINDOW.startTimeUs, () => new LatencyHistogram());
    for (const timeUs of [999_999, 1_000_000, 1_999_999, 2_000_000]) {
      counts.onFrame(frame(timeUs));
      counts.onLatency(timeUs, 5000, 100);
    }
    expect([counts.totals.received, counts.latency.count]).toEqual([2, 2]);
  });
});
