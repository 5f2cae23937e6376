import { describe, expect, it } from 'vitest';

import { StreamRecorder } from '../../../../client/metrics/stream-recorder.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { type FrameOptions, observedFrame, OFFSET_US, START_US, streamInfo } from '../../../helpers/observed-frame.js';

const NO_QUANTILES = { p50: null, p99: null };

describe('StreamRecorder', () => {
  it('has null or zero for everything before the first frame', () => {
    const recorder = new StreamRecorder(streamInfo({ fps: 29.97 }), START_US);
    expect(recorder.snapshot(START_US + 400_000)).toEqual({
      id: 1,
      name: 'sample',
      width: 1280,
      height: 720,
      nominalFps: 29.97,
      encoding: { mode: 'encoded', reason: 'the source is h264' },
      state: 'live',
      reason: null,
      timeSource: 'schedule',
      timeSources: { schedule: 0, arrival: 0, source: 0 },
      frames: { received: 0, lost: 0, skipped: 0, corrupt: 0, kept: 0 },
      fps: { mean: 0, min: 0, max: 0, current: 0 },
      bytes: 0,
      throughputMbps: { mean: 0, max: 0, current: 0 },
      latencyUs: {
        count: 0,
        negative: 0,
        min: null,
        p50: null,
        p90: null,
        p99: null,
        p999: null,
        max: null,
        mean: null,
        stddev: null,
        errorUs: null,
      },
      ageUs: { p50: null, p99: null, max: null },
      jitterUs: NO_QUANTILES,
      stagesUs: {
        decode: NO_QUANTILES,
        process: NO_QUANTILES,
        queue: NO_QUANTILES,
        encode: NO_QUANTILES,
        publish: NO_QUANTILES,
        network: NO_QUANTILES,
        clientDecode: NO_QUANTILES,
      },
      seconds: [],
      bars: [],
    });
  });

  it('measures a steady stream exactly', () => {
    const recorder = recorded(76);
    const snapshot = recorder.snapshot(START_US + 3_010_000);
    expect(snapshot.frames).toEqual({ received: 76, lost: 0, skipped: 0, corrupt: 0, kept: 0 });
    expect(snapshot.fps).toEqual({ mean: 25, min: 25, max: 25, current: 25 });
    // 945 bytes of JPEG and 55 of message make 1000.
    expect(snapshot.bytes).toBe(76_000);
    expect(snapshot.throughputMbps).toEqual({ mean: 0.2, max: 0.2, current: 0.2 });
    expect(snapshot.latencyUs).toEqual({
      count: 76,
      negative: 0,
      min: 10_000,
      p50: 10_000,
      p90: 10_000,
      p99: 10_000,
      p999: 10_000,
      max: 10_000,
      mean: 10_000,
      stddev: 0,
      errorUs: 100,
    });
    expect(snapshot.ageUs).toEqual({ p50: 10_000, p99: 10_000, max: 10_000 });
    expect(snapshot.jitterUs).toEqual({ p50: 0, p99: 0 });
    expect(snapshot.stagesUs).toEqual({
      decode: { p50: 1_000, p99: 1_000 },
      process: { p50: 200, p99: 200 },
      queue: { p50: 300, p99: 300 },
      encode: { p50: 3_000, p99: 3_000 },
      publish: { p50: 200, p99: 200 },
      network: { p50: 5_300, p99: 5_300 },
      clientDecode: NO_QUANTILES,
    });
    expect(snapshot.seconds.map(({ second, frames, bytes }) => [second, frames, bytes])).toEqual([
      [0, 25, 25_000],
      [1, 25, 25_000],
      [2, 25, 25_000],
    ]);
    expect(snapshot.bars).toEqual([{ fromUs: 10_000, toUs: 10_010, count: 76 }]);
  });

  it('adds what the frame declares to the error, and reports the largest', () => {
    const recorder = recorded(20, { errorUs: 60 });
    expect(recorder.snapshot(START_US + 800_000).latencyUs.errorUs).toBe(60);
    recorder.onFrame(observedFrame({ n: 20, errorUs: 70, header: { clockErrorUs: 900 } }));
    recorder.onFrame(observedFrame({ n: 21, errorUs: 80 }));
    expect(recorder.snapshot(START_US + 900_000).latencyUs.errorUs).toBe(970);
  });

  it('does not let coarse first readings of the clock decide the error of the run', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    recorder.onFrame(observedFrame({ n: 0, offsetUs: OFFSET_US - 15_000, errorUs: 20_000 }));
    for (let n = 1; n < 25; n += 1) recorder.onFrame(observedFrame({ n, errorUs: 100 }));
    const { latencyUs, frames } = recorder.snapshot(START_US + 970_000);
    expect(frames.received).toBe(25);
    // The first frame takes the reading of frame 14, 560 ms later at 300 ppm.
    expect(latencyUs).toMatchObject({ count: 25, negative: 0, min: 10_000, max: 10_000, errorUs: 268 });
  });

  it('counts frames without a clock estimate, but no latency of theirs', () => {
    const recorder = recorded(50, { offsetUs: null });
    recorder.finish(START_US + 2_000_000);
    const { frames, latencyUs, stagesUs, ageUs, jitterUs } = recorder.snapshot(START_US + 2_000_000);
    expect(frames.received).toBe(50);
    expect(latencyUs).toMatchObject({ count: 0, p50: null, errorUs: null });
    expect(stagesUs.encode).toEqual({ p50: 3_000, p99: 3_000 });
    expect(stagesUs.network).toEqual(NO_QUANTILES);
    expect(ageUs.p50).toBeNull();
    expect(jitterUs.p50).toBe(0);
  });

  it('records what still waits for the clock when the measurement ends', () => {
    const recorder = recorded(3);
    expect(recorder.snapshot(START_US + 100_000).latencyUs.count).toBe(0);
    recorder.finish(START_US + 100_000);
    const { latencyUs, ageUs } = recorder.snapshot(START_US + 100_000);
    expect(latencyUs.count).toBe(3);
    expect(ageUs).toEqual({ p50: 10_000, p99: 10_000, max: 10_000 });
  });

  it('keeps negative latencies and counts them', () => {
    const recorder = recorded(25);
    recorder.onFrame(observedFrame({ n: 25, latencyUs: -3_000 }));
    const { latencyUs, stagesUs } = recorder.snapshot(START_US + 1_010_000);
    expect(latencyUs).toMatchObject({ count: 26, negative: 1, min: -3_000, max: 10_000, mean: 9_500 });
    expect(stagesUs.network.p50).toBe(5_300);
    const { latency, latencyNegative } = recorder.histograms();
    const decoded = LatencyHistogram.decode(latency, latencyNegative);
    expect([decoded.count, decoded.negative]).toEqual([26, 1]);
  });

  it('tells lost from skipped frames', () => {
    const recorder = recorded(5);
    recorder.onSkipped(5, 8);
    recorder.onFrame(observedFrame({ n: 9 }));
    recorder.onFrame(observedFrame({ n: 12 }));
    recorder.onCorrupt();
    const { frames } = recorder.snapshot(START_US + 500_000);
    expect(frames).toEqual({ received: 7, lost: 2, skipped: 4, corrupt: 1, kept: 0 });
  });

  it('ignores repeated frames altogether', () => {
    const recorder = recorded(25);
    const before = recorder.snapshot(START_US + 970_000);
    recorder.onFrame({ ...observedFrame({ n: 24 }), receiveTimeUs: START_US + 970_000 });
    recorder.onFrame({ ...observedFrame({ n: 3 }), receiveTimeUs: START_US + 970_000 });
    expect(recorder.snapshot(START_US + 970_000)).toEqual(before);
  });

  it('counts an outage as lost frames and as age when the server is the same', () => {
    const recorder = recorded(26);
    recorder.onDisconnect();
    // The last frame came at 1.01 s; the one expected at 1.97 s is half a period late by 1.99 s.
    expect(recorder.snapshot(START_US + 2_010_000).ageUs.max).toBe(970_000);
    recorder.onStreamInfo(streamInfo({ id: 4 }), null, START_US + 3_000_000);
    for (let n = 75; n <= 100; n += 1) recorder.onFrame(observedFrame({ n }));
    const snapshot = recorder.snapshot(START_US + 4_010_000);
    expect(snapshot.id).toBe(4);
    expect(snapshot.frames).toEqual({ received: 52, lost: 49, skipped: 0, corrupt: 0, kept: 0 });
    // At 2.97 s; the frame expected at 3.01 s came.
    expect(snapshot.ageUs.max).toBe(1_970_000);
    expect(snapshot.fps).toEqual({ mean: 51 / 4, min: 0, max: 25, current: 25 });
    expect(snapshot.jitterUs).toEqual({ p50: 0, p99: 0 });
    expect(snapshot.latencyUs.max).toBe(10_000);
  });

  it('takes frames that wait for the clock to settle at the time they came, whoever looks meanwhile', () => {
    const recorder = recorded(26);
    recorder.onDisconnect();
    for (let n = 26; n < 51; n += 1) {
      const frame = observedFrame({ n });
      recorder.onFrame(frame);
      recorder.snapshot(frame.receiveTimeUs + 15_000);
    }
    const { ageUs, latencyUs } = recorder.snapshot(START_US + 2_020_000);
    expect(ageUs.max).toBe(10_000);
    expect(latencyUs.count).toBe(51);
  });

  it('loses nothing by a server that starts over', () => {
    const recorder = recorded(26);
    recorder.onSkipped(26, 1_000_000);
    recorder.onDisconnect();
    const startTimeUs = START_US + OFFSET_US + 4_000_000;
    recorder.onStreamInfo(streamInfo({ startTimeUs }), null, START_US + 4_000_000);
    for (let n = 0; n < 25; n += 1) recorder.onFrame(observedFrame({ n: 100 + n, header: { sequence: n } }));
    expect(recorder.snapshot(START_US + 5_000_000).frames).toEqual({
      received: 51,
      lost: 0,
      skipped: 0,
      corrupt: 0,
      kept: 0,
    });
  });

  it('does not take the step to another server clock for a latency or for jitter', () => {
    const recorder = recorded(26);
    recorder.onDisconnect();
    const hourUs = 3_600_000_000;
    for (let n = 26; n < 51; n += 1) {
      const captureTimeUs = START_US + n * 40_000 + OFFSET_US + hourUs;
      recorder.onFrame(observedFrame({ n, offsetUs: OFFSET_US + hourUs, header: { captureTimeUs } }));
    }
    const { latencyUs, jitterUs, ageUs } = recorder.snapshot(START_US + 2_010_000);
    expect(latencyUs).toMatchObject({ min: 10_000, max: 10_000, count: 51 });
    expect(jitterUs.p99).toBe(0);
    expect(ageUs.max).toBe(10_000);
  });

  it('measures jitter as the change of the transit time, with or without a clock estimate', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    const latenciesUs = [10_000, 10_300, 9_800, 9_800];
    for (const [n, latencyUs] of latenciesUs.entries())
      recorder.onFrame(observedFrame({ n, latencyUs, offsetUs: null }));
    expect(recorder.snapshot(START_US + 200_000).jitterUs).toEqual({ p50: 300, p99: 500 });
  });

  it('counts time without frames in the mean rate and in the least second', () => {
    const recorder = recorded(51);
    const { fps, throughputMbps } = recorder.snapshot(START_US + 4_050_000);
    expect(fps).toEqual({ mean: 12.5, min: 0, max: 25, current: 0 });
    expect(throughputMbps).toEqual({ mean: 0.1, max: 0.2, current: 0 });
  });

  it('expects nothing more of a stream that has ended', () => {
    const recorder = recorded(51);
    recorder.onStreamInfo(streamInfo({ state: 'ended' }), 'the file is over', START_US + 2_012_000);
    const { fps, ageUs, state, reason } = recorder.snapshot(START_US + 60_000_000);
    expect({ state, reason }).toEqual({ state: 'ended', reason: 'the file is over' });
    expect(fps).toEqual({ mean: 25, min: 25, max: 25, current: 25 });
    expect(ageUs).toEqual({ p50: 10_000, p99: 10_000, max: 10_000 });
  });

  it('is offline once the server does not offer it', () => {
    const recorder = recorded(1);
    recorder.onGone(START_US + 20_000);
    expect(recorder.snapshot(START_US + 20_000)).toMatchObject({
      state: 'offline',
      reason: 'The server does not offer this stream now.',
    });
  });

  it('knows how long decoding took here', () => {
    const recorder = recorded(1);
    recorder.onClientDecode(1_200);
    expect(recorder.snapshot(START_US + 20_000).stagesUs.clientDecode).toEqual({ p50: 1_200, p99: 1_200 });
  });

  it('is removed once the server took it away, and expects nothing more', () => {
    const recorder = recorded(51);
    recorder.onRemoved(streamInfo(), 'The stream was taken away.', START_US + 2_012_000);
    const { state, reason, fps, ageUs } = recorder.snapshot(START_US + 60_000_000);
    expect({ state, reason, isRemoved: recorder.isRemoved }).toEqual({
      state: 'removed',
      reason: 'The stream was taken away.',
      isRemoved: true,
    });
    expect(fps.min).toBe(25);
    expect(ageUs.max).toBe(10_000);
    recorder.onStreamInfo(streamInfo({ id: 8 }), null, START_US + 60_000_000);
    expect(recorder.snapshot(START_US + 60_000_000)).toMatchObject({ id: 8, state: 'live', reason: null });
  });

  it('bears whatever a hostile server puts into its frames', () => {
    const recorder = new StreamRecorder(streamInfo({ fps: 1e-300 }), START_US);
    const most = 2 ** 32 - 1;
    const header = { sequence: Number.MAX_SAFE_INTEGER, captureTimeUs: Number.MAX_SAFE_INTEGER, clockErrorUs: most };
    recorder.onFrame(observedFrame({ header: { sequence: 0, captureTimeUs: 0 } }));
    recorder.onFrame(observedFrame({ header: { ...header, decodedOffsetUs: most, encodedOffsetUs: 0 } }));
    recorder.finish(START_US + 20_000);
    const { frames, latencyUs } = recorder.snapshot(START_US + 20_000);
    expect(frames).toMatchObject({ received: 2, lost: Number.MAX_SAFE_INTEGER - 1 });
    expect(latencyUs).toMatchObject({ min: -3_600_000_000, max: 3_600_000_000, negative: 1 });
  });
});

/** A recorder that has seen frames 0 to `frames` - 1. */
function recorded(frames: number, options: FrameOptions = {}): StreamRecorder {
  const recorder = new StreamRecorder(streamInfo(), START_US);
  for (let n = 0; n < frames; n += 1) recorder.onFrame(observedFrame({ ...options, n }));
  return recorder;
}
