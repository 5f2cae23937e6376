import type { Subject } from '../report/run-report-schema.js';
import type { TrustCheck } from '../report/run-trust-schema.js';

/** Limits of the checks of the figures themselves; docs/measuring.md says why they are what they are. */
export const FIGURE_LIMITS = {
  /** Ten of them lie above the 99th percentile. */
  frames: 1000,
  /** Share of the median latency, in percent. */
  clockErrorPercent: 25,
} as const;

/** What the figures say of themselves; none of these makes a run invalid, since none is about the generator. */
export function figureChecks(total: Subject | null): TrustCheck[] {
  if (total === null) return [];
  const { sessions, latencyUs } = total;
  const checks: TrustCheck[] = [
    {
      name: 'Sessions that did not connect',
      value: sessions.failed,
      limit: 0,
      unit: '',
      ok: sessions.failed === 0,
      severity: 'doubt',
      why: 'the load was less than what was asked for.',
    },
  ];
  if (latencyUs.count === 0) return checks;
  checks.push({
    name: 'Frames behind the p99',
    value: latencyUs.count,
    limit: FIGURE_LIMITS.frames,
    unit: 'frames',
    ok: latencyUs.count >= FIGURE_LIMITS.frames,
    severity: 'doubt',
    why: 'fewer than ten frames are above the p99 then, and chance sets it; run longer.',
  });
  if (latencyUs.errorUs === null || latencyUs.p50 === null) return checks;
  const percent = (latencyUs.errorUs / Math.max(1, Math.abs(latencyUs.p50))) * 100;
  checks.push({
    name: 'Error of the clock against the latency (p50)',
    value: percent,
    limit: FIGURE_LIMITS.clockErrorPercent,
    unit: '%',
    ok: percent <= FIGURE_LIMITS.clockErrorPercent,
    severity: 'doubt',
    why: 'the latencies are so short that the clocks hardly tell them; differences within one run are better known.',
  });
  return checks;
}
