import { describe, expect, it } from 'vitest';
import { LoadRecorder } from '../../../../client/load/load-recorder.js';
import type { SourceFacts } from '../../../../client/load/load-source.js';
import { subjectSchema } from '../../../../client/report/run-report-schema.js';
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
    recorder.onLost(2, START_US);
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
    recorder.onLost(4, START_US);
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

  it('has an outage to the end of each window of a session that failed, and none of one that was stopped', () => {
    const figuresOf = (isFailure: boolean) => {
      const recorder = connected();
      recorder.onFrame(frame(0, 5000));
      recorder.onBroken(new StreamerError('CONNECTION_LOST', 'It broke.'), true, START_US + 2 * SECOND_US);
      recorder.onEnded(START_US + 2 * SECOND_US, isFailure);
      const first = recorder.figures(START_US + 8 * SECOND_US);
      recorder.begin({ ...LAYOUT, startUs: START_US + 10 * SECOND_US });
      return [first, recorder.figures(START_US + 13 * SECOND_US)];
    };
    expect(figuresOf(true)).toMatchObject([
      { outageMs: 6000, outages: [{ fromMs: 2000, toMs: null }] },
      { outageMs: 3000, outages: [{ fromMs: 0, toMs: null }] },
    ]);
    expect(figuresOf(false)).toMatchObject([{ outageMs: 0 }, { outageMs: 0, outages: [] }]);
  });

  it('expects nothing any more of a stream that has ended', () => {
    const recorder = connected();
    for (let index = 0; index < 20; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    recorder.onEnded(START_US + 2 * SECOND_US, false);
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

  it('takes the silence at the end of a stream that began in the window into its mean rate, also where none is announced', () => {
    const recorder = new LoadRecorder(LAYOUT, () => undefined);
    recorder.onConnecting(START_US);
    recorder.onFacts({ ...FACTS, nominalFps: null }, START_US);
    for (let index = 0; index <= 10; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    // Ten intervals up to the last frame, and 0.9 s of silence since the next one was due.
    expect(recorder.figures(START_US + 2 * SECOND_US).fps.mean).toBeCloseTo(10 / 1.9, 9);
  });

  it('measures from its own begin on where that was later than the one of the window', () => {
    const recorder = connected();
    recorder.onFrame(frame(-SECOND_US, 5000));
    const startUs = START_US;
    for (let index = 0; index < 5; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    recorder.begin(LAYOUT, startUs + SECOND_US / 2);
    for (let index = 5; index < 30; index += 1) recorder.onFrame(frame(index * PERIOD_US, 5000));
    const nowUs = startUs + 3 * SECOND_US;
    const figures = recorder.figures(nowUs);
    expect(figures).toMatchObject({ durationMs: 2500, fps: { mean: 10, min: 10, max: 10 }, throughputMbps: 0.08 });
    expect(recorder.windowFps(nowUs)).toBe(10);
    expect(figures.ageUs).toMatchObject({ count: 25, max: 5000 });
    // Time lines of all threads begin together.
    expect(figures.timeline?.frames).toEqual([5, 10, 10]);
  });

  it('counts of an outage that began before the window what was lost in it', () => {
    const recorder = connected();
    recorder.onFrame(frame(0, 5000));
    recorder.onBroken(new StreamerError('CONNECTION_LOST', 'It broke.'), true, START_US + 1000);
    recorder.begin({ ...LAYOUT, startUs: START_US + 3 * SECOND_US });
    recorder.onConnecting(START_US + 3.5 * SECOND_US);
    recorder.onFacts(FACTS, START_US + 3.9 * SECOND_US);
    expect(recorder.onLost(40, START_US + 4 * SECOND_US)).toBe(10);
    recorder.onFrame(frame(4 * SECOND_US, 5000));
    expect(recorder.onLost(3, START_US + 5 * SECOND_US)).toBe(3);
    expect(recorder.figures(START_US + 5 * SECOND_US).frames.lost).toBe(13);
  });

  it('counts all that an outage cost which began in the window', () => {
    const recorder = connected();
    recorder.onFrame(frame(0, 5000));
    recorder.begin({ ...LAYOUT, startUs: START_US + 3 * SECOND_US });
    recorder.onBroken(new StreamerError('CONNECTION_LOST', 'It broke.'), true, START_US + 3.1 * SECOND_US);
    recorder.onConnecting(START_US + 3.5 * SECOND_US);
    recorder.onFacts(FACTS, START_US + 3.9 * SECOND_US);
    expect(recorder.onLost(40, START_US + 4 * SECOND_US)).toBe(40);
  });

  it('has whole numbers for whatever sequence numbers and capture times a server makes up', () => {
    const recorder = connected();
    recorder.onFrame(frame(0, 5000));
    // No outage is as long as that: another time line begins.
    expect(recorder.onLost(2 ** 52, START_US)).toBe(0);
    expect(recorder.onSkipped(2 ** 52)).toBe(0);
    for (let leap = 0; leap < 1000; leap += 1) {
      recorder.onLost(8_000_000, START_US);
      recorder.onSkipped(8_000_000);
    }
    recorder.onFrame(frame(PERIOD_US, Number.MAX_SAFE_INTEGER));
    recorder.onFrame(frame(2 * PERIOD_US, -Number.MAX_SAFE_INTEGER));
    const figures = recorder.figures(START_US + 2 * SECOND_US);
    expect(figures.frames).toMatchObject({ lost: 2 ** 32 - 1, skipped: 2 ** 32 - 1 });
    const hourUs = 3_600_000_000;
    expect(figures.timeline?.ageMaxUs[0]).toBe(hourUs);
    const subject = { name: 'load-1', kind: 'session', target: null, state: 'connected', histograms: null };
    subjectSchema.parse({ ...figures, ...subject, sessions: { asked: 1, connected: 1, failed: 0 } });
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
