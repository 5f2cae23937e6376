import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KnownDevice } from '../../../../client/bench/known-devices.js';
import { checkedDevice, usualClockErrorUs } from '../../../../client/bench/device-checks.js';
import type { ResultFrame } from '../../../../client/bench/device-checks.js';
import { deviceSubject, totalSubject } from '../../../../client/bench/device-subject.js';
import { readHistogram } from '../../../../shared/histogram-reader.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import type { BenchDevice, DeviceResult, DeviceTimeline } from '../../../../shared/protocol/bench-messages.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';

const START_US = 1_700_000_000_000_000;
const STOP_US = START_US + 10_000_000;
const FRAME: ResultFrame = { startTimeUs: START_US, stopTimeUs: STOP_US, fps: 30, maxClockErrorUs: null };
const LATENCIES_US = Array.from({ length: 300 }, (_, n) => 10_000 + n * 10);

function known(result: DeviceResult | null, device: Partial<BenchDevice> = {}): KnownDevice {
  return {
    device: { id: 1, name: 'x', platform: 'node', joinedTimeUs: START_US - 1, leftTimeUs: null, ...device },
    progress: null,
    result,
    wasAway: false,
  };
}

function result(changes: Partial<DeviceResult> = {}, latenciesUs: readonly number[] = LATENCIES_US): DeviceResult {
  return resultOf(latenciesUs, { fromTimeUs: START_US, toTimeUs: STOP_US, ...changes });
}

const clockWith = (errorUs: number | null): DeviceResult['clock'] => ({
  ...{ offsetUs: 0, driftPpm: 0, rttMinUs: 1, rttP50Us: 1 },
  errorUs,
});

describe('checkedDevice', () => {
  it('counts a device that measured the whole window', () => {
    expect(checkedDevice(known(result()), FRAME)).toMatchObject({ why: null, measured: { latency: { count: 300 } } });
  });

  it.each<[string, DeviceResult | null, string, Partial<BenchDevice>?]>([
    ['sent nothing', null, 'it sent no result in time'],
    ['left before', null, 'it left before the window began', { leftTimeUs: START_US - 1 }],
    ['left within', null, 'it left 4.00 s before the end', { leftTimeUs: STOP_US - 4_000_000 }],
    ['left behind', null, 'it left before it sent its result', { leftTimeUs: STOP_US }],
    ['came after it', null, 'it joined after the window', { joinedTimeUs: STOP_US }],
    ['came late', result({ fromTimeUs: START_US + 2_000_000 }), 'it joined 2.00 s late'],
    ['stopped early', result({ toTimeUs: STOP_US - 1_000_000 }), 'it stopped 1.00 s early'],
    ['received nothing', result({}, []), 'it received no frame'],
    ['had no clock', result({ received: 5 }, []), 'it had no clock to measure latencies with'],
    ['does not say its error', result({ clock: clockWith(null) }), 'it does not say how certain its clock is'],
    [
      'is too uncertain',
      result({ clock: clockWith(3300) }),
      'its clock is uncertain by 3.3 ms, where 3.2 ms is the limit',
    ],
    [
      'was late itself',
      result({ ownDelayP99Us: 6668 }),
      'it did not keep up: it was itself late by 6.7 ms at p99, where 6.7 ms is the limit',
    ],
    ['lies about frames', result({ lost: 400 }), 'it says it saw 700 frames, where the window has 610 at most'],
    ['lies about latencies', result({ received: 299 }), 'it says it has 300 latencies of 299 frames'],
    ['lies about corrupt ones', result({ corrupt: 301 }), 'it says that 301 of 300 frames are corrupt'],
    ['lies about times', result({ fromTimeUs: START_US - 1 }), 'it says it measured outside the window'],
    ['runs backwards', result({ fromTimeUs: STOP_US, toTimeUs: START_US }), 'it says it measured outside the window'],
    ['lies about when', result({ timeline: timeline([301]) }), 'it says when it got 301 frames, of 300'],
    ['lies about ages', result({ age: many(1300) }), 'it says it has 1300 ages, where the window has 610 frames'],
  ])('names a device that %s', (_name, sent, why, device = {}) => {
    expect(checkedDevice(known(sent, device), FRAME).why).toBe(why);
  });

  it('names one whose histogram is none, or holds more than any can', () => {
    const broken = checkedDevice(known(result({ latency: 'AAAA' })), FRAME);
    expect(broken).toMatchObject({ measured: null, why: expect.stringMatching(/^its result is broken: /) });
    const full = checkedDevice(
      known(result({ latency: many(2 ** 32 - 1), latencyNegative: many(2 ** 32 - 1) })),
      FRAME,
    );
    expect(full.why).toMatch(/^(it says it has 4294967295 latencies|its result is broken)/);
  });

  it('takes one for in time that came between the start and the first frame', () => {
    expect(checkedDevice(known(result({ fromTimeUs: START_US + 33_000 })), FRAME).why).toBeNull();
    expect(checkedDevice(known(result({ fromTimeUs: START_US + 34_000 })), FRAME).why).toBe('it joined 34.0 ms late');
  });

  it('is as strict about clocks as it is told', () => {
    const uncertain = known(result({ clock: clockWith(3300) }));
    expect(checkedDevice(uncertain, { ...FRAME, maxClockErrorUs: 3300 }).why).toBeNull();
    expect(checkedDevice(uncertain, { ...FRAME, maxClockErrorUs: 3299 }).why).not.toBeNull();
    // On a short path a quarter of the latency is less than any clock leaves open.
    const short = known(result({ clock: clockWith(1000) }, [500, 600]));
    expect(checkedDevice(short, FRAME).why).toBeNull();
    expect(usualClockErrorUs(new LatencyHistogram())).toBe(1000);
  });

  it('believes no device at whatever it sends more than the window allows', () => {
    const number = fc.oneof(fc.nat(700), fc.maxSafeNat());
    const changes = fc.record({ received: number, lost: number, skipped: number, corrupt: number });
    fc.assert(
      fc.property(changes, (counts) => {
        const checked = checkedDevice(known(result(counts)), FRAME);
        if (checked.why === null) expect(counts.received + counts.lost + counts.skipped).toBeLessThanOrEqual(610);
      }),
    );
  });
});

describe('deviceSubject', () => {
  /** One that came after three of ten seconds, 30 frames each but for the seconds it came in and lost some in. */
  const late = result(
    { fromTimeUs: START_US + 3_400_000, received: 195, timeline: timeline([0, 0, 0, 18, 30, 30, 24, 30, 33, 30]) },
    [],
  );

  it('has the least and greatest rate of the seconds in which the device measured from end to end', () => {
    const { fps } = deviceSubject(checkedDevice(known(late), FRAME), FRAME);
    expect(fps).toMatchObject({ min: 24, max: 33 });
    // The window ends within its last bucket, which says nothing of a rate.
    const cut = { ...FRAME, stopTimeUs: STOP_US - 500_000 };
    const short = result(
      { toTimeUs: cut.stopTimeUs, received: 276, timeline: timeline([...Array<number>(9).fill(29), 15]) },
      [],
    );
    expect(deviceSubject(checkedDevice(known(short), cut), cut).fps).toMatchObject({ min: 29, max: 29 });
  });

  it('has the mean where the device measured no whole second', () => {
    const seconds = timeline([...Array<number>(9).fill(0), 14]);
    const brief = result({ fromTimeUs: START_US + 9_500_000, received: 14, timeline: seconds }, []);
    expect(deviceSubject(checkedDevice(known(brief), FRAME), FRAME).fps).toEqual({ mean: 28, min: 28, max: 28 });
  });

  it('spreads bytes over the timeline so that they add up, whatever they are', () => {
    const frames = fc
      .array(fc.nat(300), { minLength: 1, maxLength: 240 })
      .filter((counts) => counts.some((n) => n > 0));
    fc.assert(
      fc.property(frames, fc.nat(4_000_000_000), (counts, bytes) => {
        const received = counts.reduce((sum, n) => sum + n, 0);
        const sent = result({ received, bytes, timeline: timeline(counts) }, []);
        const measured = { latency: new LatencyHistogram(), age: new LatencyHistogram() };
        const spread = deviceSubject({ known: known(sent), measured, why: null }, FRAME).timeline!.bytes;
        expect(spread.reduce((sum, n) => sum + n, 0)).toBe(bytes);
        expect(Math.min(...spread)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('has no latency in its timeline beyond the extremes of all', () => {
    // Buckets of the histogram are 32 µs wide here, and the report has their middles.
    const sent = result(
      { timeline: { ...timeline([300]), latencyP50Us: [1], latencyP99Us: [50_015] } },
      [50_000, 50_015],
    );
    const checked = checkedDevice(known({ ...sent, received: 300 }), FRAME);
    const { latencyUs, timeline: seconds } = deviceSubject(checked, FRAME);
    expect(seconds).toMatchObject({ latencyP50Us: [latencyUs.min], latencyP99Us: [latencyUs.max] });
  });

  it('has connected, also where it sent no result in time', () => {
    const state = (changes: Partial<BenchDevice>) => deviceSubject(checkedDevice(known(null, changes), FRAME), FRAME);
    expect(state({})).toMatchObject({ state: 'connected', sessions: { asked: 1, connected: 1, failed: 0 } });
    expect(state({ leftTimeUs: STOP_US })).toMatchObject({ state: 'ended', sessions: { connected: 0, failed: 0 } });
  });
});

describe('totalSubject', () => {
  it('has the histogram of all values of those that count, and of nobody else', () => {
    const latencies = fc.array(fc.integer({ min: -1000, max: 60_000_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.array(latencies, { minLength: 1, maxLength: 6 }), (devices) => {
        const counted = devices.map((values) =>
          checkedDevice(known(result({}, values)), { ...FRAME, maxClockErrorUs: 1e9 }),
        );
        const late = checkedDevice(known(result({ fromTimeUs: STOP_US })), FRAME);
        const total = totalSubject([...counted, late], 0, FRAME)!;
        const all = new LatencyHistogram();
        for (const value of devices.flat()) all.record(value);
        const { values, negative } = total.histograms!.latency;
        expect(bucketsOf(values)).toEqual(bucketsOf(all.encode()));
        expect(bucketsOf(negative ?? null)).toEqual(bucketsOf(all.encodeNegative()));
        expect(total).toMatchObject({
          frames: { received: all.count },
          latencyUs: { count: all.count, p50: withinRange(all) },
          sessions: { asked: devices.length + 1, connected: devices.length + 1, failed: 0 },
        });
      }),
    );
  });

  it('has the largest error of those that count', () => {
    const devices = [100, 900, 400].map((errorUs) =>
      checkedDevice(known(result({ clock: clockWith(errorUs) })), FRAME),
    );
    expect(totalSubject(devices, 3, FRAME)).toMatchObject({ clockErrorUs: 900, latencyUs: { errorUs: 900 } });
    const uncertain = checkedDevice(known(result({ clock: clockWith(9_000_000) })), FRAME);
    expect(totalSubject([...devices, uncertain], 4, FRAME)).toMatchObject({ clockErrorUs: 900 });
    expect(totalSubject([uncertain], 1, FRAME)).toBeNull();
  });

  it('has sessions of those that are left out too, and of those that never came', () => {
    const devices = [known(result()), known(null), known(null, { leftTimeUs: STOP_US })];
    const checked = devices.map((device) => checkedDevice(device, FRAME));
    expect(totalSubject(checked, 5, FRAME)?.sessions).toEqual({ asked: 5, connected: 2, failed: 2 });
  });
});

/** Frames of each second. */
function timeline(frames: readonly number[]): DeviceTimeline {
  const unknown = frames.map(() => null);
  return { bucketMs: 1000, frames: [...frames], latencyP50Us: unknown, latencyP99Us: unknown };
}

function many(count: number): string {
  const histogram = new LatencyHistogram();
  histogram.record(5000, count);
  return histogram.encode();
}

/** Every bucket that is not empty, with its count. */
function bucketsOf(encoded: string | null): [number, number][] {
  const buckets: [number, number][] = [];
  if (encoded !== null) readHistogram(encoded, (valueUs, count) => buckets.push([valueUs, count]));
  return buckets;
}

/** Decoded values are the middles of their buckets, so that a quantile may move within one. */
function withinRange(all: LatencyHistogram): unknown {
  const p50 = all.quantile(0.5)!;
  return {
    asymmetricMatch: (value: unknown) => typeof value === 'number' && Math.abs(value - p50) <= Math.abs(p50) / 512 + 1,
  };
}
