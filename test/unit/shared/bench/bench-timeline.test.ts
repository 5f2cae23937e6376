import { describe, expect, it } from 'vitest';
import { BenchTimeline } from '../../../../shared/bench/bench-timeline.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';

const SECOND_US = 1_000_000;

describe('BenchTimeline', () => {
  it('has a bucket for each second, empty ones too', () => {
    const timeline = timelineOf(0, 3.5 * SECOND_US);
    for (const [captureTimeUs, latencyUs] of [
      [0, 10],
      [999_999, 30],
      [3_000_000, -5],
    ] as const) {
      timeline.onFrame(captureTimeUs);
      timeline.onLatency(captureTimeUs, latencyUs);
    }
    timeline.onFrame(3_100_000);
    expect(timeline.timeline(3.5 * SECOND_US)).toEqual({
      bucketMs: 1000,
      frames: [2, 0, 0, 2],
      latencyP50Us: [10, null, null, -5],
      latencyP99Us: [30, null, null, -5],
    });
  });

  it('has at most 240 buckets of whole seconds', () => {
    for (const [seconds, bucketMs, buckets] of [
      [240, 1000, 240],
      [241, 2000, 121],
      [86_400, 360_000, 240],
    ] as const) {
      const timeline = timelineOf(7, 7 + seconds * SECOND_US);
      timeline.onFrame(7 + seconds * SECOND_US - 1);
      const { bucketMs: ms, frames } = timeline.timeline(7 + seconds * SECOND_US);
      expect([ms, frames.length, frames.at(-1)]).toEqual([bucketMs, buckets, 1]);
    }
  });

  it('leaves out latencies of a bucket that is over, and what lies outside', () => {
    const timeline = timelineOf(10 * SECOND_US, 12 * SECOND_US);
    timeline.onLatency(10_500_000, 1);
    timeline.onLatency(11_500_000, 2);
    timeline.onLatency(10_500_000, 3);
    timeline.onFrame(9_999_999);
    expect(timeline.timeline(12 * SECOND_US)).toMatchObject({ frames: [0, 0], latencyP50Us: [1, 2] });
    expect(timeline.timeline(10 * SECOND_US).frames).toEqual([]);
  });
});

function timelineOf(startTimeUs: number, stopTimeUs: number): BenchTimeline {
  return new BenchTimeline(startTimeUs, stopTimeUs, () => new LatencyHistogram());
}
