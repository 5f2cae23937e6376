import { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { DeviceResult } from '../../shared/protocol/bench-messages.js';
import { formatDurationUs } from '../../shared/units.js';
import { canJudgeDelay, whyTooSlow } from './keeping-up.js';
import type { KnownDevice } from './known-devices.js';

/** The window and the stream that results are held against. */
export interface ResultFrame {
  readonly startTimeUs: number;
  readonly stopTimeUs: number;
  /** As the server announces it; 0 while not known. */
  readonly fps: number;
  /** Null: `usualClockErrorUs`. */
  readonly maxClockErrorUs: number | null;
}

/** What a device measured, decoded. */
export interface MeasuredResult {
  readonly latency: LatencyHistogram;
  readonly age: LatencyHistogram;
}

/** A device with what was made of its result; `why` says why it is not in the total, null where it is. */
export interface CheckedDevice {
  readonly known: KnownDevice;
  readonly measured: MeasuredResult | null;
  readonly why: string | null;
}

/** Least error that keeps a device out by itself: below it a share of the p99 would be noise. */
const LEAST_MAX_ERROR_US = 1000;
const MAX_ERROR_SHARE = 0.25;
/** Fastest stream the protocol has. */
const MAX_FPS = 1000;

/** The clock error up to which a device counts where the user says nothing: a quarter of its p99, but at least 1 ms. */
export function usualClockErrorUs(latency: LatencyHistogram): number {
  return Math.max(LEAST_MAX_ERROR_US, Math.round((latency.quantile(0.99) ?? 0) * MAX_ERROR_SHARE));
}

/**
 * What is to be made of a device. Its result is the word of a stranger: it is decoded within bounds, and one that
 * contradicts itself or the window is not believed.
 */
export function checkedDevice(known: KnownDevice, frame: ResultFrame): CheckedDevice {
  const { result } = known;
  if (!result) return { known, measured: null, why: whyWithout(known, frame) };
  const measured = decoded(result);
  if (typeof measured === 'string') return { known, measured: null, why: measured };
  const contradiction = contradictionIn(result, measured, frame);
  if (contradiction !== null) return { known, measured: null, why: contradiction };
  return { known, measured, why: whyNotCounted(result, measured, frame) };
}

function whyWithout({ device }: KnownDevice, { startTimeUs, stopTimeUs }: ResultFrame): string {
  const { leftTimeUs, joinedTimeUs } = device;
  if (joinedTimeUs >= stopTimeUs) return 'it joined after the window';
  if (leftTimeUs === null) return 'it sent no result in time';
  if (leftTimeUs < startTimeUs) return 'it left before the window began';
  if (leftTimeUs >= stopTimeUs) return 'it left before it sent its result';
  return `it left ${formatDurationUs(stopTimeUs - leftTimeUs)} before the end`;
}

function decoded({ latency, latencyNegative, age, ageNegative }: DeviceResult): MeasuredResult | string {
  try {
    return {
      latency: LatencyHistogram.decode(latency, latencyNegative),
      age: age === null ? new LatencyHistogram() : LatencyHistogram.decode(age, ageNegative),
    };
  } catch (error) {
    // Negative ages and latencies beside as many others may be more than one histogram holds.
    if (error instanceof StreamerError || error instanceof RangeError) return `its result is broken: ${error.message}`;
    throw error;
  }
}

/** What cannot be true; null where nothing is wrong. */
function contradictionIn(result: DeviceResult, { latency, age }: MeasuredResult, frame: ResultFrame): string | null {
  const { received, lost, skipped, corrupt, fromTimeUs, toTimeUs, timeline } = result;
  const seconds = (frame.stopTimeUs - frame.startTimeUs) / 1e6;
  // Rates are announced, and kept more or less.
  const mostFrames = Math.ceil(seconds * Math.min(MAX_FPS, frame.fps > 0 ? frame.fps * 2 : MAX_FPS)) + 10;
  const frames = received + lost + skipped;
  if (frames > mostFrames) return `it says it saw ${frames} frames, where the window has ${mostFrames} at most`;
  if (latency.count > received) return `it says it has ${latency.count} latencies of ${received} frames`;
  if (corrupt > received) return `it says that ${corrupt} of ${received} frames are corrupt`;
  const shown = timeline?.frames.reduce((sum, count) => sum + count, 0) ?? 0;
  if (shown > received) return `it says when it got ${shown} frames, of ${received}`;
  if (age.count > mostFrames * 2) return `it says it has ${age.count} ages, where the window has ${mostFrames} frames`;
  if (fromTimeUs > toTimeUs || fromTimeUs < frame.startTimeUs || toTimeUs > frame.stopTimeUs) {
    return 'it says it measured outside the window';
  }
  return null;
}

function whyNotCounted(result: DeviceResult, { latency }: MeasuredResult, frame: ResultFrame): string | null {
  const lateUs = result.fromTimeUs - frame.startTimeUs;
  // Who came after the start but before its first frame has missed none.
  const periodUs = frame.fps > 0 ? 1e6 / frame.fps : 0;
  if (result.received === 0) return 'it received no frame';
  if (lateUs > periodUs) return `it joined ${formatDurationUs(lateUs)} late`;
  if (result.toTimeUs < frame.stopTimeUs) {
    return `it stopped ${formatDurationUs(frame.stopTimeUs - result.toTimeUs)} early`;
  }
  if (latency.count === 0) return 'it had no clock to measure latencies with';
  const { errorUs } = result.clock;
  if (errorUs === null) return 'it does not say how certain its clock is';
  const limitUs = frame.maxClockErrorUs ?? usualClockErrorUs(latency);
  if (errorUs <= limitUs) {
    return canJudgeDelay(frame) ? whyTooSlow(result.ownDelayP99Us, latency.quantile(0.99), frame) : null;
  }
  return `its clock is uncertain by ${formatDurationUs(errorUs)}, where ${formatDurationUs(limitUs)} is the limit`;
}
