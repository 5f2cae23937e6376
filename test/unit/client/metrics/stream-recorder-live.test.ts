import { describe, expect, it } from 'vitest';

import { StreamRecorder } from '../../../../client/metrics/stream-recorder.js';
import { type FrameOptions, observedFrame, START_US, streamInfo } from '../../../helpers/observed-frame.js';

const UNREACHED = streamInfo({ width: 0, height: 0, fps: 0, timeSource: 'arrival', state: 'connecting' });

describe('StreamRecorder of frames that were kept for late joiners', () => {
  it('counts their bytes and nothing else', () => {
    const kept = withKept(1);
    const { frames, bytes, timeSources, ...figures } = kept.snapshot(START_US + 10_000);
    expect(frames).toEqual({ received: 0, lost: 0, skipped: 0, corrupt: 0, kept: 1 });
    expect(bytes).toBe(1_000);
    expect(timeSources).toEqual({ schedule: 0, arrival: 0, source: 0 });
    kept.finish(START_US + 10_000);
    const nothing = new StreamRecorder(streamInfo(), START_US).snapshot(START_US + 10_000);
    expect({ ...nothing, ...figures }).toEqual(nothing);
  });

  it('loses nothing between them, and between them and the first frame of the present', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    recorder.onKept(observedFrame({ n: 3 }));
    recorder.onKept(observedFrame({ n: 7 }));
    recorder.onSkipped(8, 9);
    recorder.onFrame(observedFrame({ n: 20 }));
    recorder.onFrame(observedFrame({ n: 22 }));
    expect(recorder.snapshot(START_US + 900_000).frames).toEqual({
      received: 2,
      lost: 1,
      skipped: 0,
      corrupt: 0,
      kept: 2,
    });
  });

  it('does not let them hide what an outage cost', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    recorder.onFrame(observedFrame({ n: 0 }));
    recorder.onDisconnect();
    recorder.onKept(observedFrame({ n: 48 }));
    recorder.onFrame(observedFrame({ n: 50 }));
    expect(recorder.snapshot(START_US + 2_010_000).frames).toMatchObject({ received: 2, lost: 49, kept: 1 });
  });

  it('begins neither rates nor seconds with them', () => {
    const recorder = withKept(1);
    for (let n = 50; n <= 125; n += 1) recorder.onFrame(observedFrame({ n }));
    const { fps, throughputMbps, seconds } = recorder.snapshot(START_US + 5_010_000);
    expect(fps).toEqual({ mean: 25, min: 25, max: 25, current: 25 });
    expect(throughputMbps.mean).toBe(0.2);
    expect(seconds.map(({ frames, bytes }) => [frames, bytes]).slice(0, 3)).toEqual([
      [0, 1_000],
      [0, 0],
      [25, 25_000],
    ]);
  });

  it('counts what they cost the line while frames come', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    recorder.onFrame(observedFrame({ n: 0 }));
    recorder.onKept(observedFrame({ n: 10, jpegBytes: 24_945 }));
    recorder.onFrame(observedFrame({ n: 25 }));
    const { throughputMbps, fps } = recorder.snapshot(START_US + 1_010_000);
    expect(throughputMbps.mean).toBe(0.208);
    expect(fps.mean).toBe(1);
  });

  it('reports their bytes to the server, and not their number', () => {
    const recorder = withKept(2);
    expect(recorder.takeInterval()).toEqual({
      streamId: 1,
      received: 0,
      lost: 0,
      skipped: 0,
      corrupt: 0,
      bytes: 2_000,
      latency: undefined,
    });
  });
});

describe('StreamRecorder of a source that is not known yet', () => {
  it('has no rate and no size, and figures that are finite', () => {
    const recorder = new StreamRecorder(UNREACHED, START_US);
    const snapshot = recorder.snapshot(START_US + 5_000_000);
    expect(snapshot).toMatchObject({ width: 0, height: 0, nominalFps: null, state: 'connecting' });
    expect(JSON.stringify(snapshot)).not.toMatch(/NaN|Infinity/);
  });

  it('takes over what is announced later', () => {
    const recorder = new StreamRecorder(UNREACHED, START_US);
    const encoding = { mode: 'pass-through', reason: 'the source is JPEG' } as const;
    recorder.onStreamInfo(streamInfo({ encoding, fps: 12.5 }), null, START_US + 1_000_000);
    expect(recorder.snapshot(START_US + 1_000_000)).toMatchObject({
      width: 1280,
      height: 720,
      nominalFps: 12.5,
      state: 'live',
      encoding,
    });
  });

  it('samples the age of its frames from when its rate is known', () => {
    const recorder = new StreamRecorder(UNREACHED, START_US);
    for (let n = 0; n < 25; n += 1) recorder.onFrame(observedFrame({ n }));
    recorder.advance(START_US + 3_010_000);
    expect(recorder.snapshot(START_US + 3_010_000)).toMatchObject({
      ageUs: { p50: null, p99: null, max: null },
      latencyUs: { count: 25 },
      fps: { mean: 24 / 2, min: 0 },
    });
    recorder.onStreamInfo(streamInfo(), null, START_US + 3_010_000);
    recorder.onFrame(observedFrame({ n: 80 }));
    // Of the frames after it, the one expected at 4.21 s is the last that is half a period late.
    expect(recorder.snapshot(START_US + 4_230_000).ageUs.max).toBe(1_010_000);
  });

  it('stops to sample when its rate is not known any more', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    for (let n = 0; n < 25; n += 1) recorder.onFrame(observedFrame({ n }));
    recorder.onStreamInfo(streamInfo({ fps: 0 }), null, START_US + 970_000);
    expect(recorder.snapshot(START_US + 9_000_000).ageUs.max).toBe(10_000);
  });
});

describe('StreamRecorder of a source that changes', () => {
  it('goes on at the new rate', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    for (let n = 0; n < 25; n += 1) recorder.onFrame(observedFrame({ n }));
    recorder.onStreamInfo(streamInfo({ fps: 1 }), null, START_US + 970_000);
    // The next frame is expected at 1.97 s, and missed half a second later.
    expect(recorder.snapshot(START_US + 2_400_000).ageUs.max).toBe(10_000);
    expect(recorder.snapshot(START_US + 2_500_000)).toMatchObject({ nominalFps: 1, ageUs: { max: 1_010_000 } });
  });

  it('has the size of its newest picture, or the one announced since', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    recorder.onFrame(observedFrame({ n: 0, header: { width: 640, height: 480 } }));
    expect(recorder.snapshot(START_US + 50_000)).toMatchObject({ width: 640, height: 480 });
    recorder.onStreamInfo(streamInfo({ state: 'frozen' }), 'It stands still.', START_US + 50_000);
    expect(recorder.snapshot(START_US + 50_000)).toMatchObject({ width: 640, height: 480 });
    recorder.onStreamInfo(streamInfo({ width: 320, height: 240 }), null, START_US + 60_000);
    expect(recorder.snapshot(START_US + 60_000)).toMatchObject({ width: 320, height: 240 });
    recorder.onKept(observedFrame({ n: 1, header: { width: 64, height: 48 } }));
    expect(recorder.snapshot(START_US + 60_000)).toMatchObject({ width: 64, height: 48 });
  });

  it.each(['degraded', 'silent', 'frozen', 'clock-jump', 'offline'] as const)(
    'shows that it is %s, and why',
    (state) => {
      const recorder = new StreamRecorder(streamInfo(), START_US);
      recorder.onStreamInfo(streamInfo({ state }), 'Why it is.', START_US);
      expect(recorder.snapshot(START_US)).toMatchObject({ state, reason: 'Why it is.' });
      recorder.onStreamInfo(streamInfo(), null, START_US);
      expect(recorder.snapshot(START_US)).toMatchObject({ state: 'live', reason: null });
    },
  );
});

describe('StreamRecorder of frames whose capture times are of different kinds', () => {
  it('counts each kind, and shows that of the newest', () => {
    const recorder = new StreamRecorder(streamInfo({ timeSource: 'source' }), START_US);
    expect(recorder.snapshot(START_US).timeSource).toBe('source');
    recorder.onFrame(timed(0, 'arrival'));
    recorder.onFrame(timed(1, 'arrival'));
    recorder.onFrame(timed(2, 'source'));
    recorder.onKept(timed(3, 'schedule'));
    expect(recorder.snapshot(START_US + 200_000)).toMatchObject({
      timeSource: 'source',
      timeSources: { schedule: 0, arrival: 2, source: 1 },
    });
    recorder.reset(START_US + 200_000);
    expect(recorder.snapshot(START_US + 200_000)).toMatchObject({
      timeSource: 'source',
      timeSources: { schedule: 0, arrival: 0, source: 0 },
    });
  });

  it('takes the step from one to the other for no jitter', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    recorder.onFrame(timed(0, 'arrival', { latencyUs: 1_000 }));
    recorder.onFrame(timed(1, 'source', { latencyUs: 90_000 }));
    recorder.onFrame(timed(2, 'source', { latencyUs: 90_300 }));
    expect(recorder.snapshot(START_US + 500_000).jitterUs).toEqual({ p50: 300, p99: 300 });
  });

  it('has an error that holds for the worst of them', () => {
    const recorder = new StreamRecorder(streamInfo(), START_US);
    for (let n = 0; n < 20; n += 1) recorder.onFrame(timed(n, 'arrival', { errorUs: 60 }));
    recorder.onFrame(timed(20, 'source', { errorUs: 60, header: { clockErrorUs: 5_000 } }));
    recorder.onFrame(timed(21, 'arrival', { errorUs: 60 }));
    const { latencyUs, seconds } = recorder.snapshot(START_US + 1_000_000);
    expect(latencyUs.errorUs).toBe(5_060);
    expect(seconds[0]?.errorUs).toBe(5_060);
  });
});

/** A recorder that was sent `count` frames of the past. */
function withKept(count: number): StreamRecorder {
  const recorder = new StreamRecorder(streamInfo(), START_US);
  for (let n = 0; n < count; n += 1) {
    const captureTimeUs = START_US - 3_600_000_000;
    recorder.onKept({ ...observedFrame({ n, header: { captureTimeUs } }), receiveTimeUs: START_US + 5_000 });
  }
  return recorder;
}

function timed(n: number, timeSource: 'schedule' | 'arrival' | 'source', options: FrameOptions = {}) {
  return observedFrame({ ...options, n, header: { ...options.header, timeSource } });
}
