import type { Subject } from '../report/run-report-schema.js';
import type { TrustCheck, Validity } from '../report/run-trust-schema.js';
import { DELAY_CHECKS } from './delay-checks.js';

/**
 * What is not to be used of a run that is not valid, and no more than that: a generator that was late counts all frames
 * all the same. A part of a sentence, such as "do not use the figures".
 */
export function whatNotToUse(total: Subject | null, checks: readonly TrustCheck[]): string {
  const invalid = checks.filter(({ ok, severity }) => !ok && severity === 'invalid');
  const isAbout = (...names: readonly string[]) => invalid.every(({ name }) => names.includes(name));
  if (total === null || total.latencyUs.count === 0 || !isAbout(DELAY_CHECKS.p50, DELAY_CHECKS.p99)) {
    return 'do not use the figures';
  }
  const which = isAbout(DELAY_CHECKS.p99) ? 'the latencies and ages (p99 and above)' : 'the latencies and ages';
  return `do not use ${which}; counts and rates hold`;
}

/** The same and the reasons, as sentences. */
export function invalidSentence(total: Subject, { checks, reasons }: Validity): string {
  const advice = whatNotToUse(total, checks);
  return `${advice.charAt(0).toUpperCase()}${advice.slice(1)}. ${reasons.join(' ')}`;
}
