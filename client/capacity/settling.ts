import type { Clock } from '../../shared/clock.js';
import { pause } from '../../shared/pause.js';
import type { CrowdProgress } from '../load/crowd.js';

const LOOK_US = 250_000;
/** Figures of progress are those of a whole second, so that looks nearer than this may be at the same one. */
const LOOKS_APART = 4;
const FPS_TOLERANCE = 0.1;
const LATENCY_TOLERANCE = 0.25;
/** Latencies of idle servers differ much from second to second without meaning anything. */
const LATENCY_FLOOR_US = 20_000;

/**
 * Waits until figures are calm: all sessions connected, and rate and p99 as they were a second before. A server that is
 * recovering is not, and one that is overloaded may never be: it resolves after `mostUs` at the latest, or with `signal`.
 */
export async function untilCalm(
  progress: () => CrowdProgress,
  clock: Clock,
  mostUs: number,
  signal: AbortSignal,
): Promise<void> {
  const endsAtUs = clock.nowUs() + mostUs;
  const looks: CrowdProgress[] = [];
  for (let leftUs = mostUs; leftUs > 0 && !signal.aborted; leftUs = endsAtUs - clock.nowUs()) {
    await pause(clock, Math.min(LOOK_US, leftUs), signal);
    looks.push(progress());
    const [before, now] = [looks.at(-1 - LOOKS_APART), looks.at(-1)];
    if (before && now && isCalm(before, now)) return;
  }
}

function isCalm(before: CrowdProgress, now: CrowdProgress): boolean {
  const isComplete = [before, now].every(({ asked, connected }) => connected === asked);
  const isFlowing = before.framesPerSecond > 0 && isNear(before.framesPerSecond, now.framesPerSecond, FPS_TOLERANCE, 0);
  const [p99Before, p99Now] = [before.latencyP99Us ?? 0, now.latencyP99Us ?? 0];
  return isComplete && isFlowing && isNear(p99Before, p99Now, LATENCY_TOLERANCE, LATENCY_FLOOR_US);
}

function isNear(a: number, b: number, share: number, floor: number): boolean {
  return Math.abs(a - b) <= Math.max(floor, share * Math.max(a, b));
}
