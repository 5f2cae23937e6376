import { formatDurationUs } from '../../shared/units.js';
import { delayLimitUs } from '../trust/delay-checks.js';

/** Where nobody says how many frames a second come. */
const USUAL_FPS = 30;

/** In a shorter window one stop of the machine is the p99 of timers 20 ms apart. */
const LEAST_WINDOW_US = 10_000_000;

/** Whether the delay of devices can be held against them: in a short window a single stop would decide. */
export function canJudgeDelay({ startTimeUs, stopTimeUs }: { startTimeUs: number; stopTimeUs: number }): boolean {
  return stopTimeUs - startTimeUs >= LEAST_WINDOW_US;
}

/** How late a device may be itself, at p99, so that its latencies are those of the path. Microseconds. */
export function maxOwnDelayUs(latencyP99Us: number | null, fps: number): number {
  const periodUs = 1e6 / (fps > 0 ? fps : USUAL_FPS);
  return delayLimitUs(latencyP99Us ?? 0, periodUs);
}

/** Why a device that was late itself does not count; null where it kept up, or does not say. */
export function whyTooSlow(
  ownDelayP99Us: number | undefined,
  latencyP99Us: number | null,
  { fps }: { readonly fps: number },
): string | null {
  const limitUs = maxOwnDelayUs(latencyP99Us, fps);
  if (ownDelayP99Us === undefined || ownDelayP99Us <= limitUs) return null;
  const [late, limit] = [formatDurationUs(ownDelayP99Us), formatDurationUs(limitUs)];
  return `it did not keep up: it was itself late by ${late} at p99, where ${limit} is the limit`;
}
