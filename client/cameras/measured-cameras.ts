import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures } from '../report/run-trust-schema.js';

/** What the findings about a run of `cameras` are made from: figures that are all in its report. */
export interface MeasuredCameras {
  /** Those that were tried. */
  readonly cameras: readonly Subject[];
  /** How long each of them was open. */
  readonly openMs: readonly number[];
  readonly rampMs: number;
  /** Those that the ramp had not come to when the run ended. */
  readonly notReached: number;
  readonly total: Subject;
  readonly generator: GeneratorFigures;
  readonly details: DetailsOf<'cameras'>;
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Whether at least one frame came from it. */
export function delivered({ frames }: Subject): boolean {
  return frames.received > 0;
}

/** A rate is nothing to judge by in less time than this, nor where fewer frames were due. */
const LEAST_ACTIVE_MS = 1000;
const LEAST_DUE = 4;

/** Frames a second in the time in which it had a connection, from its first frame on; null where that is no time. */
export function activeFps(camera: Subject): number | null {
  const activeMs = activeMsOf(camera);
  return activeMs < LEAST_ACTIVE_MS ? null : (Math.max(1, camera.frames.received - 1) * 1000) / activeMs;
}

/** Which share of the frames that it announces came in that time; null where it announces none, or too few were due. */
export function shareOfAnnounced(camera: Subject): number | null {
  const fps = activeFps(camera);
  const { nominalFps } = camera;
  if (fps === null || nominalFps === null) return null;
  return (nominalFps * activeMsOf(camera)) / 1000 < LEAST_DUE ? null : fps / nominalFps;
}

/** Its rate is from its first frame to its end, with outages; n frames span n - 1 intervals. */
function activeMsOf(camera: Subject): number {
  const { frames, fps, timeline, durationMs } = camera;
  const intervals = frames.received - 1;
  if (intervals > 0 && fps.mean > 0) return (intervals * 1000) / fps.mean - outageMsOf(camera);
  // One frame spans nothing, so that only the time line says when it came.
  const first = timeline?.frames.findIndex((count) => count > 0) ?? -1;
  return timeline === null || first < 0 ? 0 : durationMs - (first + 1) * timeline.bucketMs - outageMsOf(camera);
}

/** What lies behind the end of a camera that was given up is not in its rate. */
function outageMsOf({ state, outages, outageMs }: Subject): number {
  if (state !== 'failed') return outageMs;
  return outages.reduce((sum, { fromMs, toMs }) => sum + (toMs === null ? 0 : toMs - fromMs), 0);
}

/** The one in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}
