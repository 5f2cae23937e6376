import { describe, expect, it } from 'vitest';
import { ProbeRecorder } from '../../../../client/probe/probe-recorder.js';
import type { ProbedPicture } from '../../../../client/probe/probe-events.js';
import type { Timecode } from '../../../../shared/timecode/timecode.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { greyPicture, targetOf } from '../../../helpers/probe-samples.js';

const START_US = 1_700_000_000_000_000;
const PERIOD_US = 40_000;
const SAME_CLOCK = { offsetUs: 0, errorUs: 0 };

/** A recorder of a path that began to connect at `START_US`. */
function recorderOf(url = 'rtsp://host/cam') {
  const recorder = new ProbeRecorder(targetOf(url), 3, START_US);
  recorder.onConnecting(START_US);
  return recorder;
}

/** The picture of place `index`, which comes `lateUs` after it is due, half a second after the start. */
function picture(index: number, lateUs = 0, others: Partial<ProbedPicture> = {}): ProbedPicture {
  const arrivalTimeUs = START_US + 500_000 + index * PERIOD_US + lateUs;
  return greyPicture(arrivalTimeUs, index % 256, { mediaTimeUs: index * PERIOD_US, ...others });
}

const capture = (timeUs: number, counter = 0): Timecode => ({ kind: 'capture', timeUs, counter });

describe('ProbeRecorder', () => {
  it('counts what comes, and says what it is', () => {
    const recorder = recorderOf();
    recorder.onFacts({ codec: 'h264', nominalFps: 25, delays: ['FFmpeg: decoding'] });
    expect(recorder.snapshot(START_US + 100).state).toBe('connecting');
    for (let index = 0; index < 51; index += 1) recorder.onPicture(picture(index), null, SAME_CLOCK);
    recorder.onBytes(500, START_US + 2_500_000);
    recorder.onCorrupt();
    recorder.onLost(4);
    const snapshot = recorder.snapshot(START_US + 2_500_000);
    expect(snapshot).toMatchObject({ id: 3, name: 'rtsp', width: 1280, height: 720, nominalFps: 25, state: 'live' });
    expect(snapshot.frames).toEqual({ received: 51, lost: 4, skipped: 0, corrupt: 1, kept: 0 });
    expect(snapshot.fps).toMatchObject({ mean: 25, min: 25, max: 25, current: 25 });
    expect(snapshot.bytes).toBe(51_500);
    expect(snapshot.latencyUs).toMatchObject({ count: 0, p50: null, errorUs: null });
    expect(snapshot.jitterUs).toEqual({ p50: 0, p99: 0 });
    expect(snapshot.probe).toMatchObject({
      ...{ url: 'rtsp://host/cam', codec: 'h264', delays: ['FFmpeg: decoding'], firstFrameUs: 500_000 },
      ...{
        latencySource: null,
        statedLatencyUs: null,
        timeCode: { kind: null, read: 0, unread: 51, undecoded: 0, sinceLast: 0 },
      },
      ...{ repeated: 0, reconnects: 0, outageUs: 0, resolutionChanges: 0, freezes: { count: 0 } },
    });
  });

  it('measures by the time code, in the clock of whoever wrote it, with the error of both clocks', () => {
    const recorder = recorderOf();
    const clock = { offsetUs: 5_000_000, errorUs: 300 };
    for (let index = 0; index < 10; index += 1) {
      const shown = picture(index);
      recorder.onPicture(shown, capture(shown.arrivalTimeUs + 5_000_000 - 70_000 - index, index), clock);
    }
    const { latencyUs, probe, ageUs, timeSources } = recorder.snapshot(START_US + 900_000);
    expect(latencyUs).toMatchObject({ count: 10, min: 70_000, max: 70_009, negative: 0, errorUs: 301 });
    expect(probe).toMatchObject({
      latencySource: 'time code',
      timeCode: { kind: 'capture', read: 10, unread: 0, undecoded: 0, sinceLast: 0 },
    });
    expect(ageUs.p50).not.toBeNull();
    expect(timeSources).toEqual({ schedule: 0, arrival: 0, source: 10 });
    const { latency } = recorder.histograms();
    expect(LatencyHistogram.decode(latency).count).toBe(10);
  });

  it('keeps what the path states beside the time code', () => {
    const recorder = recorderOf('streamer://host');
    const stating = (index: number): ProbedPicture => {
      const shown = picture(index);
      return { ...shown, stated: { captureTimeUs: shown.arrivalTimeUs - 9000, errorUs: 40 } };
    };
    for (const index of [0, 1]) recorder.onPicture(stating(index), null, null);
    expect(recorder.snapshot(START_US + 600_000)).toMatchObject({
      latencyUs: { count: 2, p50: 9000, errorUs: 40 },
      probe: { latencySource: 'protocol', statedLatencyUs: null },
    });
    recorder.onPicture(stating(2), capture(picture(2).arrivalTimeUs - 10_000), SAME_CLOCK);
    expect(recorder.snapshot(START_US + 600_000)).toMatchObject({
      latencyUs: { count: 1, p50: 10_000, errorUs: 1 },
      probe: { latencySource: 'time code', statedLatencyUs: { count: 3 } },
    });
  });

  it('says what a page of MJPEG states its times in', () => {
    const recorder = recorderOf('http://host/cam.mjpg');
    const stated = { captureTimeUs: START_US, errorUs: 1000 };
    for (const index of [0, 1]) recorder.onPicture({ ...picture(index), stated }, null, SAME_CLOCK);
    expect(recorder.snapshot(START_US + 600_000).probe?.latencySource).toBe('X-Timestamp');
  });

  it('measures no latency by a code that is a place in a video, nor by a clock that is not known', () => {
    const recorder = recorderOf();
    for (const [index, counter] of [0, 1, 3, 4].entries()) {
      recorder.onPicture(picture(index), { kind: 'media', timeUs: counter * PERIOD_US, counter }, SAME_CLOCK);
    }
    recorder.onPicture(picture(5), capture(START_US), null);
    const { latencyUs, frames, probe } = recorder.snapshot(START_US + 900_000);
    expect(latencyUs.count).toBe(0);
    expect(frames.lost).toBe(1);
    expect(probe?.latencySource).toBeNull();
  });

  it('counts latencies below zero', () => {
    const recorder = recorderOf();
    for (const index of [0, 1]) {
      recorder.onPicture(picture(index), capture(picture(index).arrivalTimeUs + 10, index), SAME_CLOCK);
    }
    expect(recorder.snapshot(START_US + 600_000).latencyUs).toMatchObject({ count: 2, negative: 2, min: -10 });
  });

  it('leaves out a first picture that the server had kept for whoever joins', () => {
    const recorder = recorderOf('http://host/cam.mjpg');
    const at = (index: number, counter: number, latencyUs: number) =>
      recorder.onPicture(picture(index), capture(picture(index).arrivalTimeUs - latencyUs, counter), SAME_CLOCK);
    at(0, 0, 600_000_000);
    at(1, 15_000, 7000);
    at(2, 15_001, 7000);
    const { frames, latencyUs, probe } = recorder.snapshot(START_US + 700_000);
    expect(frames).toMatchObject({ received: 2, lost: 0, kept: 1 });
    expect(latencyUs).toMatchObject({ count: 2, max: 7000 });
    expect(probe?.firstFrameUs).toBe(500_000);
  });

  it.each([
    ['the one', 0],
    ['the other', 1],
  ])('leaves out no first picture where the code of %s cannot be read', (_, unread) => {
    const recorder = recorderOf('http://host/index.m3u8');
    for (const index of [0, 1, 2]) {
      const code = index === unread ? null : capture(picture(index).arrivalTimeUs - 2_200_000, index);
      recorder.onPicture(picture(index), code, SAME_CLOCK);
    }
    const { frames, latencyUs } = recorder.snapshot(START_US + 700_000);
    expect(frames).toMatchObject({ received: 3, kept: 0, lost: 0 });
    expect(latencyUs.count).toBe(2);
  });

  it('compares the first picture with the next by what is known of both', () => {
    const recorder = recorderOf('http://host/cam.mjpg');
    const stated = (index: number, latencyUs: number) => ({
      stated: { captureTimeUs: picture(index).arrivalTimeUs - latencyUs, errorUs: 0 },
    });
    recorder.onPicture(picture(0, 0, stated(0, 600_000_000)), null, SAME_CLOCK);
    recorder.onPicture(picture(1, 0, stated(1, 7000)), capture(picture(1).arrivalTimeUs - 7000), SAME_CLOCK);
    expect(recorder.snapshot(START_US + 700_000).frames).toMatchObject({ received: 1, kept: 1 });
  });

  it('has nothing of the pictures that waited while the path was opened in times and rates', () => {
    const recorder = recorderOf();
    const at = (index: number, lateUs: number, timing: 'waited' | 'if followed') => {
      const code = capture(picture(index).arrivalTimeUs - 70_000, index);
      recorder.onPicture(picture(index, lateUs, { timing }), code, SAME_CLOCK);
    };
    // Of 25 the fourth is missing, and all come with the last of them.
    for (let index = 0; index < 25; index += 1) if (index !== 3) at(index, (24 - index) * PERIOD_US, 'waited');
    for (let index = 25; index < 52; index += 1) at(index, 0, 'if followed');
    const { frames, latencyUs, ageUs, jitterUs, fps, probe } = recorder.snapshot(picture(51).arrivalTimeUs);
    expect(frames).toMatchObject({ received: 51, lost: 1, kept: 0 });
    expect(probe).toMatchObject({ opening: 24, firstFrameUs: 500_000 + 24 * PERIOD_US, timeCode: { read: 51 } });
    expect(latencyUs).toMatchObject({ count: 26, min: 70_000, max: 70_000 });
    expect(ageUs.max).toBe(70_000);
    expect(jitterUs).toEqual({ p50: 0, p99: 0 });
    expect(fps.mean).toBe(25);
    expect(probe?.arrivalGaps.count).toBe(0);
    recorder.reset(picture(51).arrivalTimeUs);
    expect(recorder.snapshot(picture(51).arrivalTimeUs).probe?.opening).toBe(0);
  });

  it('does not take the wait for the end of a path for the latency of its last picture', () => {
    const recorder = recorderOf('srt://host:1');
    const at = (index: number, lateUs = 0) => {
      const code = capture(picture(index).arrivalTimeUs - 70_000, index);
      recorder.onPicture(picture(index, lateUs, { timing: 'if followed' }), code, SAME_CLOCK);
    };
    for (let index = 0; index < 10; index += 1) at(index);
    // The end pushes out two, one right after the other.
    at(10, 5_000_000);
    at(11, 4_961_000);
    const brokenUs = picture(11, 4_961_000).arrivalTimeUs;
    recorder.onBroken(brokenUs, 'The wire was cut.');
    for (const index of [200, 201, 202]) at(index);
    const { frames, latencyUs, jitterUs } = recorder.snapshot(picture(202).arrivalTimeUs);
    expect(frames.received).toBe(15);
    expect(latencyUs).toMatchObject({ count: 12, max: 70_000 });
    expect(jitterUs).toEqual({ p50: 0, p99: 0 });
  });

  it('says nothing of the jitter of pictures that come when we let them', () => {
    const recorder = recorderOf('http://host/index.m3u8');
    for (let index = 0; index < 10; index += 1) recorder.onPicture(picture(index, 0, { timing: 'paced' }), null, null);
    expect(recorder.snapshot(START_US + 900_000).jitterUs).toEqual({ p50: null, p99: null });
  });

  it('sees gaps in the arrival, and in the time line', () => {
    const recorder = recorderOf();
    for (let index = 0; index < 20; index += 1) recorder.onPicture(picture(index), null, null);
    // The next is 100 ms late, and then three are missing.
    recorder.onPicture(picture(20, 100_000), null, null);
    for (const index of [24, 25]) recorder.onPicture(picture(index), null, null);
    const { probe, jitterUs } = recorder.snapshot(START_US + 1_600_000);
    expect(probe?.arrivalGaps).toEqual({ count: 1, totalUs: 140_000, longestUs: 140_000 });
    expect(probe?.mediaGaps).toEqual({ count: 1, frames: 3 });
    expect(jitterUs).toMatchObject({ p50: 0, p99: 100_000 });
  });

  it('sees a picture that stands still, and pictures that do not come', () => {
    const recorder = recorderOf();
    for (let index = 0; index < 10; index += 1) recorder.onPicture(picture(index), null, null);
    for (let index = 10; index < 40; index += 1) {
      recorder.onPicture({ ...picture(index), luma: picture(9).luma }, null, null);
    }
    const standsUntilUs = picture(40).arrivalTimeUs;
    expect(recorder.snapshot(standsUntilUs).state).toBe('frozen');
    recorder.onPicture(picture(40), null, null);
    expect(recorder.snapshot(standsUntilUs)).toMatchObject({
      state: 'live',
      probe: { repeated: 30, freezes: { count: 1, totalUs: 31 * PERIOD_US, longestUs: 31 * PERIOD_US } },
    });
    const silent = recorder.snapshot(standsUntilUs + 2_000_000);
    expect(silent.state).toBe('silent');
    expect(silent.probe?.freezes).toMatchObject({ count: 2, totalUs: 31 * PERIOD_US + 2_000_000 });
  });

  it('tells an outage from a freeze', () => {
    const recorder = recorderOf();
    for (let index = 0; index < 10; index += 1) recorder.onPicture(picture(index), null, null);
    const brokenUs = picture(10).arrivalTimeUs;
    recorder.onBroken(brokenUs, 'The wire was cut.');
    recorder.onBroken(brokenUs + 500_000, 'It is cut still.');
    expect(recorder.snapshot(brokenUs + 1_000_000)).toMatchObject({
      ...{ state: 'offline', reason: 'It is cut still.' },
      probe: { outageUs: 1_000_000, reconnects: 0, freezes: { count: 0 } },
    });
    recorder.onPicture(picture(60), capture(START_US, 60), SAME_CLOCK);
    expect(recorder.snapshot(picture(60).arrivalTimeUs)).toMatchObject({
      ...{ state: 'live', reason: null, frames: { lost: 0 } },
      probe: { outageUs: 50 * PERIOD_US, reconnects: 1, firstFrameUs: 500_000, mediaGaps: { count: 0 } },
    });
  });

  it('counts no outage where nothing ever came', () => {
    const recorder = recorderOf();
    recorder.onBroken(START_US + 1000, 'Nobody is there.');
    const { state, probe } = recorder.snapshot(START_US + 5_000_000);
    expect([state, probe?.outageUs, probe?.firstFrameUs]).toEqual(['offline', 0, null]);
  });

  it('ends without a freeze', () => {
    const recorder = recorderOf();
    for (let index = 0; index < 26; index += 1) recorder.onPicture(picture(index), null, null);
    recorder.onEnded(picture(26).arrivalTimeUs);
    const snapshot = recorder.snapshot(START_US + 60_000_000);
    expect(snapshot).toMatchObject({ state: 'ended', fps: { mean: 25 }, probe: { freezes: { count: 0 } } });
    expect(snapshot.probe?.endedAfterUs).toBe(500_000 + 26 * PERIOD_US);
  });

  it('counts sizes that change', () => {
    const recorder = recorderOf();
    for (const [index, width] of [1280, 1280, 640, 1280].entries()) {
      recorder.onPicture({ ...picture(index), width }, null, null);
    }
    expect(recorder.snapshot(START_US + 900_000).probe?.resolutionChanges).toBe(2);
  });

  it('begins anew where it is', () => {
    const recorder = recorderOf();
    for (let index = 0; index < 10; index += 1) {
      recorder.onPicture(picture(index), capture(START_US + index * PERIOD_US, 2 * index), SAME_CLOCK);
    }
    recorder.reset(picture(9).arrivalTimeUs + 1);
    recorder.onPicture(picture(10), capture(START_US + 10 * PERIOD_US, 19), SAME_CLOCK);
    expect(recorder.snapshot(picture(10).arrivalTimeUs)).toMatchObject({
      ...{ state: 'live', bytes: 1000, frames: { received: 1, lost: 0 }, latencyUs: { count: 1 } },
      probe: { firstFrameUs: 500_000, timeCode: { kind: 'capture', read: 1 } },
    });
  });
});
