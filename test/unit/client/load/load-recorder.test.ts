import { describe, expect, it } from 'vitest';
import { LoadRecorder } from '../../../../client/load/load-recorder.js';
import type { SourceFacts } from '../../../../client/load/load-source.js';
import { StreamerError } from '../../../../shared/errors.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { START_US } from '../../../helpers/fake-frames.js';

const SECOND_US = 1_000_000;
const PERIOD_US = 100_000;
const LAYOUT = { startUs: START_US, widthUs: SECOND_US, maxBuckets: 600 };
const FACTS: SourceFacts = { nominalFps: 10, latencySource: 'protocol', canTellLost: true };

describe('LoadRecorder', () => {
  it('counts what comes, and measures how old it is', () => {
    const recorder = connected();
    const latencies = [5000, 7000, 6000, 9000, 8000, 5000, 5000, 5000, 5000, 30_000];
    latencies.forEach((latencyUs, index) => recorder.onFrame(frame(index * PERIOD_US, latencyUs, index)));
    recorder.onLost(2);
    recorder.onSkipped(3);
    recorder.onCorrupt();
    const figures = recorder.figures(START_US + SECOND_US);
    expect(figures).toMatchObject({
      durationMs: 1000,
      frames: { received: 10, lost: 2, skipped: 3, corrupt: 1 },
      bytes: 10_000,
      nominalFps: 10,
      canTellLost: true,
      latencySource: 'protocol',
      throughputMbps: 0.08,
      clockErrorUs: 9,
    });
    expect(figures.latencyUs).toMatchObject({ count: 10, min: 5000, p50: 5003, max: 30_000, mean: 8500, errorUs: 9 });
    expect(figures.timeline).toEqual({
      bucketMs: 1000,
      frames: [10],
      bytes: [10_000],
      latencyP50Us: [5000],
      latencyP99Us: [30_000],
      ageMaxUs: [30_000],
    });
  });

  it('has the same distribution as a histogram of all values', () => {
    const recorder = connected();
    const all = new LatencyHistogram();
    for (let index = 0; index < 1000; index += 1) {
      const latencyUs = ((index * 7919) % 100_000) - 50;
      all.record(latencyUs);
      recorder.onFrame(frame(index * PERIOD_US, latencyUs));
    }
    expect(recorder.latency.encode()).toBe(all.encode());
    expect(recorder.latency.encodeNegative()).toBe(all.encodeNegative());
    expect(recorder.latency.mean).toBe(all.mean);
  });

  it('starts every figure at zero when a window begins, and loses none of it', () => {
    const recorder = connected();
    recorder.onFrame(frame(0, 5000));
    recorder.onLost(4);
    recorder.onBroken(new StreamerError('CONNECTION_LOST', 'It broke.'), true, START_US + 1000);
    recorder.onFacts(FACTS, START_US + 2000);
    recorder.begin({ ...LAYOUT, startUs: START_US + 3 * SECOND_US });
    const empty = recorder.figures(START_US + 3 * SECOND_US);
    expect(empty).toMatchObject({
      frames: { received: 0, lost: 0, skipped: 0, corrupt: 0 },
      ...{ bytes: 0, reconnects: 0, outageMs: 0, outages: [], errors: [] },
      latencyUs: { count: 0, p50: null, errorUs: null },
      ageUs: { count: 0 },
      fps: { mean: 0 },
    });
    // How long the connection took that is still there.
    expect(empty.firstFrameUs.count).toBe(1);
    for (let index = 30; index < 50; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    const figures = recorder.figures(START_US + 5 * SECOND_US);
    expect(figures).toMatchObject({ frames: { received: 20 }, fps: { mean: 10, min: 10, max: 10 } });
    expect(figures.timeline?.frames).toEqual([10, 10]);
  });

  it('takes the mean rate of a stream that began in the window from its first frame on', () => {
    const recorder = new LoadRecorder(LAYOUT, () => undefined);
    recorder.onConnecting(START_US + 2 * SECOND_US);
    recorder.onFacts(FACTS, START_US + 2 * SECOND_US);
    for (let index = 0; index <= 20; index += 1) recorder.onFrame(frame(2.5 * SECOND_US + index * PERIOD_US, 5000));
    const figures = recorder.figures(START_US + 4.5 * SECOND_US);
    expect(figures.fps).toEqual({ mean: 10, min: 10, max: 10 });
    expect(figures.firstFrameUs).toMatchObject({ count: 1, p50: 500_000, errorUs: 0 });
  });

  it('has a stall in the ages at its full length, and once in the latencies', () => {
    const recorder = connected();
    for (let index = 0; index < 10; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    recorder.onFrame(frame(2 * SECOND_US, 5000));
    const figures = recorder.figures(START_US + 2 * SECOND_US);
    expect(figures.latencyUs).toMatchObject({ count: 11, max: 5000 });
    expect(figures.ageUs).toMatchObject({ count: 21, p50: 5003, max: 1_005_000 });
    expect(figures.timeline?.ageMaxUs).toEqual([5000, 1_005_000]);
  });

  it('samples ages of a silence that lasts, up to the end', () => {
    const recorder = connected();
    recorder.onFrame(frame(0, 5000));
    expect(recorder.figures(START_US + SECOND_US).ageUs).toMatchObject({ count: 10, max: 905_000 });
  });

  it('counts outages, and one that lasts', () => {
    const recorder = connected();
    recorder.onFrame(frame(0, 5000));
    const broke = new StreamerError('CONNECTION_LOST', 'It broke.');
    const refused = new StreamerError('CONNECT_FAILED', 'Nobody listens.');
    recorder.onBroken(broke, true, START_US + SECOND_US);
    recorder.onBroken(refused, false, START_US + 1.5 * SECOND_US);
    recorder.onConnecting(START_US + 1.9 * SECOND_US);
    recorder.onFacts(FACTS, START_US + 2 * SECOND_US);
    recorder.onFrame(frame(2.1 * SECOND_US, 5000));
    recorder.onBroken(broke, true, START_US + 3 * SECOND_US);
    expect(recorder.figures(START_US + 3.5 * SECOND_US)).toMatchObject({
      reconnects: 1,
      outageMs: 1500,
      outages: [
        { fromMs: 1000, toMs: 2000, code: 'CONNECTION_LOST' },
        { fromMs: 3000, toMs: null, code: 'CONNECTION_LOST' },
      ],
      errors: [
        { code: 'CONNECTION_LOST', message: 'It broke.', count: 2 },
        { code: 'CONNECT_FAILED', message: 'Nobody listens.', count: 1 },
      ],
      firstFrameUs: { count: 2, max: 200_000 },
    });
  });

  it('takes an attempt that never connected for an error, and for no outage', () => {
    const recorder = new LoadRecorder(LAYOUT, () => undefined);
    recorder.onConnecting(START_US);
    recorder.onBroken(new StreamerError('CONNECT_FAILED', 'Nobody listens.'), false, START_US + 1000);
    expect(recorder.figures(START_US + SECOND_US)).toMatchObject({
      ...{ reconnects: 0, outageMs: 0, outages: [] },
      errors: [{ code: 'CONNECT_FAILED', count: 1 }],
    });
  });

  it('expects nothing any more of a stream that has ended', () => {
    const recorder = connected();
    for (let index = 0; index < 20; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    recorder.onEnded(START_US + 2 * SECOND_US);
    const figures = recorder.figures(START_US + 60 * SECOND_US);
    expect(figures.ageUs).toMatchObject({ count: 20, max: 5000 });
    expect(figures.fps).toMatchObject({ mean: 10, min: 10, max: 10 });
  });

  it('counts frames without a capture time, and knows no latency of them', () => {
    const recorder = connected();
    recorder.onFrame({ arrivalTimeUs: START_US, lengthBytes: 10, capture: null, stagesUs: null });
    const figures = recorder.figures(START_US + SECOND_US);
    expect(figures).toMatchObject({ frames: { received: 1 }, clockErrorUs: null, latencyUs: { count: 0 } });
  });

  it('stays small however long a window becomes', () => {
    const recorder = connected();
    for (let second = 0; second < 5000; second += 1) recorder.onFrame(frame(second * SECOND_US, 5000 + second));
    const { timeline } = recorder.figures(START_US + 5000 * SECOND_US);
    expect(timeline?.bucketMs).toBe(16_000);
    expect(timeline?.frames.length).toBeLessThanOrEqual(600);
    expect(timeline?.ageMaxUs).toHaveLength(timeline?.frames.length ?? 0);
    expect(timeline?.frames.reduce((sum, frames) => sum + frames)).toBe(312 * 16);
  });
});

function connected(): LoadRecorder {
  const recorder = new LoadRecorder(LAYOUT, () => undefined);
  recorder.onConnecting(START_US - 50_000);
  recorder.onFacts(FACTS, START_US - 20_000);
  return recorder;
}

/** A frame that came so long after the start of the window. */
function frame(sinceStartUs: number, latencyUs: number, errorUs = 1) {
  const arrivalTimeUs = START_US + sinceStartUs;
  return { arrivalTimeUs, lengthBytes: 1000, capture: { timeUs: arrivalTimeUs - latencyUs, errorUs }, stagesUs: null };
}
