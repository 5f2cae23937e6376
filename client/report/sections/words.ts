import { NOTHING } from '../../../shared/units.js';
import type { Subject } from '../run-report-schema.js';

/** A count with all its digits, in groups of three: `12,345,678`. */
export function exactCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `1 session`, `1,000 sessions`. */
export function counted(count: number, noun: string): string {
  return `${exactCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A count that may be unknown, as of frames that are lost where the protocol does not show it. */
export function lostText({ frames, canTellLost }: Subject): string {
  return canTellLost ? exactCount(frames.lost) : NOTHING;
}

/** What stands beside percentiles, without which they would say nothing about what did not come. */
export function deliveredText(subject: Subject): string {
  const { received, skipped } = subject.frames;
  const lost = subject.canTellLost ? `${exactCount(subject.frames.lost)} lost` : 'lost not known';
  const left = skipped > 0 ? `, ${exactCount(skipped)} skipped` : '';
  return `${exactCount(received)} delivered, ${lost}${left}`;
}
