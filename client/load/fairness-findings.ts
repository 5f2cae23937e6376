import { formatDurationUs } from '../../shared/units.js';
import type { Finding, Subject } from '../report/run-report-schema.js';
import { exactCount } from '../report/sections/words.js';
import { sharesOf, steadyOf } from './fairness.js';

const FAIR = 0.99;
/** One session is much worse than another from here on. */
const UNLIKE_P99 = 3;
/** Below that nobody minds who waits how long. */
const LEAST_P99_US = 1000;
const MAX_FIGURES = 5;

/** Whether some of `sessions`, between which `jain` is the index, got far less than others; null where they did not. */
export function unfairFrames(sessions: readonly Subject[], jain: number | null): Finding | null {
  if (jain === null || jain >= FAIR) return null;
  const steady = steadyOf(sessions);
  const shares = sharesOf(steady);
  const worst = steady
    .map(({ name, frames }, index) => ({ name, frames: frames.received, share: shares[index] ?? 0 }))
    .sort((a, b) => a.share - b.share)
    .slice(0, MAX_FIGURES);
  return {
    severity: 'warning',
    sentence:
      'Some sessions got far less than others of the same rate or target; not all are served alike under this load.',
    figures: [
      `Jain's index ${jain.toFixed(4)}`,
      ...worst.map(
        ({ name, frames, share }) => `${name}: ${exactCount(frames)} frames, ${(share * 100).toFixed(0)} % of the mean`,
      ),
    ],
  };
}

/** Whether some of `sessions` wait much longer than others of their target; null where they do not. */
export function unfairLatency(sessions: readonly Subject[]): Finding | null {
  const unlike = [...latenciesByTarget(steadyOf(sessions))]
    .map(([target, { p99s, errorUs }]) => {
      const bestUs = Math.min(...p99s);
      const worstUs = Math.max(...p99s);
      return { target, bestUs, worstUs, ratio: worstUs / Math.max(bestUs, errorUs, LEAST_P99_US) };
    })
    .sort((a, b) => b.ratio - a.ratio)[0];
  if (!unlike || unlike.ratio < UNLIKE_P99) return null;
  const { target, bestUs, worstUs } = unlike;
  return {
    severity: 'note',
    sentence: `Whoever is served last waits much longer than whoever is served first${target === null ? '' : `, at ${target}`}.`,
    figures: [`best p99 ${formatDurationUs(bestUs)}`, `worst p99 ${formatDurationUs(worstUs)}`],
  };
}

function latenciesByTarget(sessions: readonly Subject[]): Map<string | null, { p99s: number[]; errorUs: number }> {
  const targets = new Map<string | null, { p99s: number[]; errorUs: number }>();
  for (const { target, latencyUs } of sessions) {
    if (latencyUs.p99 === null) continue;
    const { p99s, errorUs } = targets.get(target) ?? { p99s: [], errorUs: 0 };
    p99s.push(latencyUs.p99);
    targets.set(target, { p99s, errorUs: Math.max(errorUs, latencyUs.errorUs ?? 0) });
  }
  return targets;
}
