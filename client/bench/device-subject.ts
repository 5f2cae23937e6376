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
  const base = subjectBase(device.name, 'device', frame.fps);
  if (!result || !measured) {
    const state = device.leftTimeUs === null ? 'failed' : 'ended';
    return { ...base, state, durationMs: 0, sessions: { asked: 1, connected: 0, failed: 1 } };
  }
  const { latency, age } = measured;
  const { errorUs } = result.clock;
  const durationMs = Math.round((result.toTimeUs - result.fromTimeUs) / 1000);
  return {
    ...base,
    state: device.leftTimeUs === null ? 'connected' : 'ended',
    durationMs,
    sessions: { asked: 1, connected: device.leftTimeUs === null ? 1 : 0, failed: 0 },
    frames: framesOf(result),
    bytes: result.bytes,
    fps: fpsOf(result, durationMs),
    throughputMbps: perSecond((result.bytes * 8) / 1e6, durationMs),
    latencyUs: latencySummary(latency, errorUs),
    ageUs: latencySummary(age, errorUs),
    clockErrorUs: errorUs,
    latencySource: 'protocol',
    reconnects: result.reconnects,
    outageMs: result.outageMs,
    timeline: timelineOf(result),
    histograms: { latency: encodedDistribution(latency), age: encodedDistribution(age) },
  };
}

/** All devices that count, with their histograms merged exactly; null where none does. */
export function totalSubject(devices: readonly CheckedDevice[], frame: ResultFrame): Subject | null {
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
  const rates = results.map((result) => fpsOf(result, durationMs));
  const errorUs = Math.max(...results.map(({ clock }) => clock.errorUs ?? 0));
  const bytes = sum((result) => result.bytes);
  return {
    ...subjectBase('total', 'total', frame.fps),
    state: 'stopped',
    durationMs,
    sessions: { asked: devices.length, connected: counted.length, failed: devices.length - counted.length },
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
    ...{ name, kind, target: null, state: 'failed', durationMs: 0 },
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

/** Least and greatest of the buckets that are whole; the mean where there are none. */
function fpsOf({ received, timeline }: DeviceResult, durationMs: number): Subject['fps'] {
  const mean = perSecond(received, durationMs);
  if (!timeline) return { mean, min: mean, max: mean };
  const wholeBuckets = timeline.frames.slice(0, Math.floor(durationMs / timeline.bucketMs));
  if (wholeBuckets.length === 0) return { mean, min: mean, max: mean };
  const rates = wholeBuckets.map((frames) => perSecond(frames, timeline.bucketMs));
  return { mean, min: Math.min(...rates), max: Math.max(...rates) };
}

/** A device does not tell the bytes of each bucket; they are spread as its frames are. */
function timelineOf({ timeline, bytes, received }: DeviceResult): Timeline | null {
  if (!timeline) return null;
  const bytesPerFrame = received > 0 ? bytes / received : 0;
  return {
    bucketMs: timeline.bucketMs,
    frames: [...timeline.frames],
    bytes: timeline.frames.map((frames) => Math.round(frames * bytesPerFrame)),
    latencyP50Us: [...timeline.latencyP50Us],
    latencyP99Us: [...timeline.latencyP99Us],
    ageMaxUs: timeline.frames.map(() => null),
  };
}

function merged(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const all = new LatencyHistogram();
  for (const histogram of histograms) all.merge(histogram);
  return all;
}

function perSecond(amount: number, durationMs: number): number {
  return durationMs > 0 ? (amount * 1000) / durationMs : 0;
}
