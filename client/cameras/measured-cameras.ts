import type { DetailsOf } from '../report/run-details-schema.js';
import type { Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures } from '../report/run-trust-schema.js';

/** What the findings about a run of `cameras` are made from: figures that are all in its report. */
export interface MeasuredCameras {
  readonly cameras: readonly Subject[];
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

/** Frames a second in the time in which it had a connection, from its first frame on; null where that is no time. */
export function activeFps({ frames, durationMs, outageMs, firstFrameUs }: Subject): number | null {
  const activeMs = durationMs - outageMs - (firstFrameUs.p50 ?? 0) / 1000;
  return activeMs < 1000 ? null : (frames.received * 1000) / activeMs;
}

/** The one in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}
