import { LatencyHistogram } from '../../shared/histogram.js';
import type { DeviceResult } from '../../shared/protocol/bench-messages.js';
import { encodedDistribution, latencySummary } from '../load/latency-summary.js';
import type { Subject, Timeline } from '../report/run-report-schema.js';
import type { CheckedDevice, ResultFrame } from './device-checks.js';

const EMPTY = new LatencyHistogram();
/** Nobody measures when a device first connected. */
const NO_FIRST_FRAME = latencySummary(EMPTY, null);

const UNKNOWN_COUNTS = { received: 0, lost: 0, skipped: 0, corrupt: 0 };

/** A device as it stands in the report; of one whose result is missing or not believed there are no figures. */
export function deviceSubject({ known, measured }: CheckedDevice, frame: ResultFrame): Subject {
  const { device, result } = known;
  const isHere = device.leftTimeUs === null;
  const base: Subject = {
    ...subjectBase(device.name, 'device', frame.fps),
    state: isHere ? 'connected' : 'ended',
    sessions: { asked: 1, connected: isHere ? 1 : 0, failed: 0 },
  };
  if (!result || !measured) return base;
  const { latency, age } = measured;
  const { errorUs } = result.clock;
  const durationMs = Math.round((result.toTimeUs - result.fromTimeUs) / 1000);
  return {
    ...base,
    durationMs,
    frames: framesOf(result),
    bytes: result.bytes,
    fps: fpsOf(result, frame),
    throughputMbps: perSecond((result.bytes * 8) / 1e6, durationMs),
    latencyUs: latencySummary(latency, errorUs),
    ageUs: latencySummary(age, errorUs),
    clockErrorUs: errorUs,
    latencySource: 'protocol',
    reconnects: result.reconnects,
    outageMs: result.outageMs,
    timeline: timelineOf(result, latency),
    histograms: { latency: encodedDistribution(latency), age: encodedDistribution(age) },
  };
}

/**
 * All devices that count, with their histograms merged exactly; null where none does. Its sessions are all devices, also
 * those that do not count: one that never joined is one that failed to connect.
 */
export function totalSubject(
  devices: readonly CheckedDevice[],
  devicesAsked: number,
  frame: ResultFrame,
): Subject | null {
  const counted = devices.flatMap(({ known, measured, why }) =>
    why === null && measured && known.result ? [{ result: known.result, measured }] : [],
  );
  if (counted.length === 0) return null;
  const latency = merged(counted.map(({ measured }) => measured.latency));
  const age = merged(counted.map(({ measured }) => measured.age));
  const results = counted.map(({ result }) => result);
  const sum = (valueOf: (result: DeviceResult) => number): number =>
    results.reduce((total, result) => total + valueOf(result), 0);
  const durationMs = Math.round((frame.stopTimeUs - frame.startTimeUs) / 1000);
  const rates = results.map((result) => fpsOf(result, frame));
  const errorUs = Math.max(...results.map(({ clock }) => clock.errorUs ?? 0));
  const bytes = sum((result) => result.bytes);
  return {
    ...subjectBase('total', 'total', frame.fps),
    durationMs,
    sessions: {
      asked: Math.max(devicesAsked, devices.length),
      connected: devices.filter(({ known }) => known.device.leftTimeUs === null).length,
      failed: Math.max(0, devicesAsked - devices.length),
    },
    frames: {
      received: sum(({ received }) => received),
      lost: sum(({ lost }) => lost),
      skipped: sum(({ skipped }) => skipped),
      corrupt: sum(({ corrupt }) => corrupt),
    },
    bytes,
    fps: {
      mean: rates.reduce((total, { mean }) => total + mean, 0),
      min: Math.min(...rates.map(({ min }) => min)),
      max: Math.max(...rates.map(({ max }) => max)),
    },
    throughputMbps: perSecond((bytes * 8) / 1e6, durationMs),
    latencyUs: latencySummary(latency, errorUs),
    ageUs: latencySummary(age, errorUs),
    clockErrorUs: errorUs,
    latencySource: 'protocol',
    reconnects: sum(({ reconnects }) => reconnects),
    outageMs: sum(({ outageMs }) => outageMs),
    histograms: { latency: encodedDistribution(latency), age: encodedDistribution(age) },
  };
}

function subjectBase(name: string, kind: 'device' | 'total', fps: number): Subject {
  return {
    ...{ name, kind, target: null, state: 'stopped', durationMs: 0 },
    sessions: { asked: 0, connected: 0, failed: 0 },
    frames: UNKNOWN_COUNTS,
    canTellLost: true,
    bytes: 0,
    nominalFps: fps > 0 ? fps : null,
    fps: { mean: 0, min: 0, max: 0 },
    throughputMbps: 0,
    latencyUs: NO_FIRST_FRAME,
    ageUs: NO_FIRST_FRAME,
    clockErrorUs: null,
    latencySource: 'none',
    firstFrameUs: NO_FIRST_FRAME,
    ...{ reconnects: 0, outageMs: 0, outages: [], stagesUs: null, timeline: null, histograms: null, errors: [] },
  };
}

function framesOf({ received, lost, skipped, corrupt }: DeviceResult): Subject['frames'] {
  return { received, lost, skipped, corrupt };
}

/** Least and greatest of the buckets that lie in what the device measured; the mean where none does. */
function fpsOf({ received, timeline, fromTimeUs, toTimeUs }: DeviceResult, { startTimeUs }: ResultFrame) {
  const mean = perSecond(received, (toTimeUs - fromTimeUs) / 1000);
  if (!timeline) return { mean, min: mean, max: mean };
  const bucketUs = timeline.bucketMs * 1000;
  const first = Math.ceil((fromTimeUs - startTimeUs) / bucketUs);
  const wholeBuckets = timeline.frames.slice(first, Math.floor((toTimeUs - startTimeUs) / bucketUs));
  if (wholeBuckets.length === 0) return { mean, min: mean, max: mean };
  const rates = wholeBuckets.map((frames) => perSecond(frames, timeline.bucketMs));
  return { mean, min: Math.min(...rates), max: Math.max(...rates) };
}

/**
 * A device does not tell the bytes of each bucket; they are spread as its frames are. Its own quantiles are finer than the
 * histogram that it sends, and must not lie beyond the extremes that are reported of that.
 */
function timelineOf({ timeline, bytes }: DeviceResult, { min, max }: LatencyHistogram): Timeline | null {
  if (!timeline) return null;
  const within = (us: number | null) =>
    us === null || min === null || max === null ? null : Math.min(max, Math.max(min, us));
  return {
    bucketMs: timeline.bucketMs,
    frames: [...timeline.frames],
    bytes: spread(bytes, timeline.frames),
    latencyP50Us: timeline.latencyP50Us.map(within),
    latencyP99Us: timeline.latencyP99Us.map(within),
    ageMaxUs: timeline.frames.map(() => null),
  };
}

/** `total` in whole parts as large as `weights` are, rounded so that they add up to it. */
function spread(total: number, weights: readonly number[]): number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let seen = 0;
  let given = 0;
  return weights.map((weight) => {
    seen += weight;
    const part = (all > 0 ? Math.round(total * (seen / all)) : 0) - given;
    given += part;
    return part;
  });
}

function merged(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const all = new LatencyHistogram();
  for (const histogram of histograms) all.merge(histogram);
  return all;
}

function perSecond(amount: number, durationMs: number): number {
  return durationMs > 0 ? (amount * 1000) / durationMs : 0;
}
