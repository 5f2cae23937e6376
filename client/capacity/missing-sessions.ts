import { isRefusal } from './bottleneck.js';
import type { MeasuredStep } from './objective-readings.js';

/** What became of the sessions of `step` that are missing: `the 14th session was refused (SERVER_FULL)`. */
export function missingSessions({ sessions, figures: { total } }: MeasuredStep): string {
  const failed = Math.max(0, sessions - total.sessions.connected);
  const some = `${failed} of ${sessions} session${sessions === 1 ? '' : 's'}`;
  const [most] = [...total.errors].sort((a, b) => b.count - a.count);
  if (!most) return `${some} got no frame in time`;
  if (!isRefusal(most.code)) return `${some} failed (${most.code}: ${most.message.replace(/\.$/, '')})`;
  return failed === 1
    ? `the ${ordinal(sessions)} session was refused (${most.code})`
    : `${some} were refused (${most.code})`;
}

const SUFFIXES: Readonly<Partial<Record<string, string>>> = { one: 'st', two: 'nd', few: 'rd' };
const RULES = new Intl.PluralRules('en', { type: 'ordinal' });

function ordinal(value: number): string {
  return `${value}${SUFFIXES[RULES.select(value)] ?? 'th'}`;
}
