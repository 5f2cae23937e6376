import type { TrustCheck } from '../report/run-trust-schema.js';

/** A check that holds up to its limit. */
export function atMost(check: Omit<TrustCheck, 'ok'>): TrustCheck {
  return { ...check, ok: check.value <= check.limit };
}
