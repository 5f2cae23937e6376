import { describe, expect, it } from 'vitest';

import { StreamRecorder } from '../../../../client/metrics/stream-recorder.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { observedFrame, START_US, streamInfo } from '../../../helpers/observed-frame.js';

describe('StreamRecorder.takeInterval', () => {
  it('tells what happened since the last time', () => {
    const recorder = recorded(20);
    recorder.onSkipped(20, 20);
    recorder.onFrame(observedFrame({ n: 22, latencyUs: 20_000 }));
    const { latency, ...counts } = recorder.takeInterval();
    expect(counts).toEqual({ streamId: 1, received: 21, lost: 1, skipped: 1, corrupt: 0, bytes: 21_000 });
    const decoded = LatencyHistogram.decode(latency ?? '');
    // 20,008 is the middle of the bucket that holds 20,000.
    expect([decoded.count, decoded.max]).toEqual([21, 20_008]);
    expect(recorder.takeInterval()).toEqual({
      streamId: 1,
      received: 0,
      lost: 0,
      skipped: 0,
      corrupt: 0,
      bytes: 0,
      latency: undefined,
    });
  });

  it('is not touched by a reset', () => {
    const recorder = recorded(20);
    recorder.reset(START_US + 800_000);
    expect(recorder.takeInterval()).toMatchObject({ received: 20, bytes: 20_000 });
  });
});

describe('StreamRecorder.reset', () => {
  it('forgets every figure', () => {
    const recorder = recorded(30);
    recorder.onCorrupt();
    recorder.onClientDecode(5);
    recorder.reset(START_US + 1_200_000);
    const fresh = new StreamRecorder(streamInfo(), START_US + 1_200_000);
    expect(recorder.snapshot(START_US + 1_200_000)).toEqual(fresh.snapshot(START_US + 1_200_000));
  });

  it('forgets frames that wait for the clock to settle, too', () => {
    const recorder = recorded(5);
    recorder.reset(START_US + 180_000);
    recorder.onFrame(observedFrame({ n: 5, latencyUs: 7_000 }));
    recorder.finish(START_US + 300_000);
    expect(recorder.snapshot(START_US + 300_000).latencyUs).toMatchObject({ count: 1, max: 7_000 });
  });

  it('loses nothing and counts nothing twice on the way', () => {
    const recorder = recorded(30);
    recorder.reset(START_US + 1_200_000);
    for (let n = 31; n <= 80; n += 1) recorder.onFrame(observedFrame({ n, latencyUs: 5_000 }));
    const { frames, fps, latencyUs, jitterUs, seconds } = recorder.snapshot(START_US + 3_210_000);
    expect(frames).toEqual({ received: 50, lost: 1, skipped: 0, corrupt: 0, kept: 0 });
    expect(latencyUs).toMatchObject({ count: 50, min: 5_000, max: 5_000 });
    expect(jitterUs).toEqual({ p50: 0, p99: 5_000 });
    expect(fps).toEqual({ mean: 25, min: 25, max: 25, current: 25 });
    expect(seconds.map(({ second, frames: count }) => [second, count])).toEqual([
      [0, 24],
      [1, 25],
    ]);
  });
});

/** A recorder that has seen frames 0 to `frames` - 1. */
function recorded(frames: number): StreamRecorder {
  const recorder = new StreamRecorder(streamInfo(), START_US);
  for (let n = 0; n < frames; n += 1) recorder.onFrame(observedFrame({ n }));
  return recorder;
}
