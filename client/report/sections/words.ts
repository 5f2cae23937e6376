import { formatElapsedMs, NOTHING } from '../../../shared/units.js';
import type { Subject } from '../run-report-schema.js';

/** A count with all its digits, in groups of three: `12,345,678`. */
export function exactCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `1 session`, `1,000 sessions`. */
export function counted(count: number, noun: string): string {
  return `${exactCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** What stands before the verdict of a run that the user ended: `Ended after 4s of 20s: `; empty for others. */
export function earlyEndText(interrupted: boolean, measuredMs: number, askedMs: number): string {
  if (!interrupted) return '';
  return measuredMs < askedMs
    ? `Ended after ${formatElapsedMs(measuredMs)} of ${formatElapsedMs(askedMs)}: `
    : 'Ended early: ';
}

/**
 * Of how many of `sessions` a figure of them all is, where it is not of each that got frames: `of 20 of 30 sessions`.
 * Null where there is nothing to say.
 */
export function coverageText(sessions: readonly Subject[], isMeasured: (session: Subject) => boolean): string | null {
  const served = sessions.filter(({ frames }) => frames.received > 0);
  const measured = served.filter(isMeasured).length;
  if (measured === served.length || measured === 0) return null;
  return `of ${exactCount(measured)} of ${counted(served.length, 'session')}`;
}

/** What is known of the frames of a subject that are lost. */
export interface KnownLost {
  /** Null where no protocol shows it. */
  readonly lost: number | null;
  /** More may be lost, since only some of its sessions can tell. */
  readonly isLostAtLeast?: true;
}

/** Of several sessions only some may show what is missing; what those miss is lost all the same. */
export function knownLost(parts: readonly Pick<Subject, 'frames' | 'canTellLost'>[]): KnownLost {
  const lost = parts.reduce((sum, { frames }) => sum + frames.lost, 0);
  if (parts.length > 0 && parts.every(({ canTellLost }) => canTellLost)) return { lost };
  return lost > 0 ? { lost, isLostAtLeast: true } : { lost: null };
}

/** A count that may be unknown, or known in part: `20`, `at least 20`, `-`. */
export function lostText({ lost, isLostAtLeast }: KnownLost): string {
  if (lost === null) return NOTHING;
  return isLostAtLeast ? `at least ${exactCount(lost)}` : exactCount(lost);
}

/** What stands beside percentiles, without which they would say nothing about what did not come. */
export function deliveredText(subject: Subject): string {
  const { received, skipped } = subject.frames;
  const known = knownLost([subject]);
  const lost = known.lost === null ? 'lost not known' : `${lostText(known)} lost`;
  const left = skipped > 0 ? `, ${exactCount(skipped)} skipped` : '';
  return `${exactCount(received)} delivered, ${lost}${left}`;
}
