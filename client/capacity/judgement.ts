import { NOTHING, formatBytes, formatDurationUs, formatWithError } from '../../shared/units.js';
import { missingSessions } from './missing-sessions.js';
import { figureOf } from './objective-figures.js';
import type { LimitUnit } from './objective-figures.js';
import { readingOf } from './objective-readings.js';
import type { MeasuredStep } from './objective-readings.js';
import type { Objective, Term } from './objective.js';

/** How one term of an objective came out. */
export interface TermOutcome {
  readonly term: Term;
  /** Unknown: this path or server does not say it. */
  readonly state: 'holds' | 'broken' | 'unknown';
  /** In the unit of the term; null where it is unknown, or where there was nothing to measure. */
  readonly value: number | null;
  /** Whether the error of the clock reaches over the limit, so that the truth may lie on its other side. */
  readonly isWithinError: boolean;
  /** The value in words, with its error; or why it is unknown. */
  readonly words: string;
  /** What happened, where a term broke that nobody wrote, so that its name would say nothing; else null. */
  readonly event: string | null;
}

/** Without its sessions a step is not of its size, so this is always a part of the objective unless it says otherwise. */
const NOBODY_FAILED: Term = {
  text: 'failed=0',
  figure: figureOf('failed') ?? { name: 'failed', kind: 'count', better: 'less', meaning: '' },
  comparison: '=',
  limit: 0,
  unit: 'count',
};

/** Holds what was measured against every term, in the order in which they are best told: whoever could not connect first. */
export function judgeObjective(objective: Objective, step: MeasuredStep): TermOutcome[] {
  const saysFailed = objective.terms.some(({ figure }) => figure.name === 'failed');
  const terms = saysFailed ? objective.terms : [NOBODY_FAILED, ...objective.terms];
  return terms.map((term) => {
    const outcome = outcomeOf(term, step);
    const isUnnamed = term === NOBODY_FAILED && outcome.state === 'broken';
    return { ...outcome, event: isUnnamed ? missingSessions(step) : null };
  });
}

function outcomeOf(term: Term, step: MeasuredStep): Omit<TermOutcome, 'event'> {
  const reading = readingOf(term, step);
  const { value, errorUs, why } = reading;
  if (value === null) {
    return { term, state: reading.isMissing ? 'broken' : 'unknown', value, isWithinError: false, words: why };
  }
  const isWithinError = errorUs !== null && Math.abs(value - term.limit) <= errorUs;
  const detail = why === '' ? '' : `, ${why}`;
  const words = `${shownValue(value, term.unit, errorUs)}${isWithinError ? ' (nearer to the limit than the error of the clock)' : ''}${detail}`;
  return { term, state: compares(value, term) ? 'holds' : 'broken', value, isWithinError, words };
}

function compares(value: number, { comparison, limit }: Term): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '=':
      return value === limit;
  }
}

function shownValue(value: number, unit: LimitUnit, errorUs: number | null): string {
  switch (unit) {
    case 'us':
      return errorUs === null ? formatDurationUs(value) : formatWithError(value, errorUs);
    case 'count':
      return String(value);
    case 'share':
      return value === 0 ? '0 %' : `${percentText(value)} %`;
    case 'fps':
      return `${value.toFixed(2)} fps`;
    case 'percent':
      return `${value.toFixed(1)} %`;
    case 'bytes':
      return Number.isFinite(value) ? formatBytes(value) : NOTHING;
  }
}

/** With as many digits as it takes to tell it from nothing, and from everything. */
function percentText(share: number): string {
  const percent = share * 100;
  return percent < 1 ? String(Number(percent.toPrecision(2))) : percent.toFixed(1);
}
