import { formatFps } from '../../shared/units.js';
import type { DetailsOf } from '../report/run-details-schema.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { Finding, Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import type { Validity } from '../report/run-trust-schema.js';
import { bottleneckOf } from './bottleneck.js';
import type { CapacityConfig } from './capacity-config.js';
import { capacityVerdict } from './capacity-verdict.js';
import type { OpenedLoad } from './open-load.js';
import { brokenOutcome, shownOutcome } from './outcome-words.js';
import type { SearchResult } from './search.js';
import type { StepRecord } from './step-runner.js';

/** Targets and cameras that a finding names. */
const MOST_SHOWN = 20;

/** What a report of a search is made of. */
export interface CapacityReportParts extends Pick<OpenedLoad, 'unit' | 'max' | 'left' | 'rates'> {
  readonly config: CapacityConfig;
  readonly result: SearchResult;
  readonly records: readonly StepRecord[];
  readonly provenance: Provenance;
}

/** The report: every step with its figures, and those that decided beside one another. */
export function capacityReport(parts: CapacityReportParts): RunReport {
  const { config, unit, max, result, records, left, provenance } = parts;
  const { held, broke } = decisive(records, result);
  const first = broke?.outcomes.find(({ state }) => state === 'broken') ?? null;
  const firstBroken = first && shownOutcome(first);
  const bottleneck = broke ? bottleneckOf(broke.measured, held?.measured ?? null) : 'Nothing broke.';
  const objective = config.objective.text;
  const details: DetailsOf<'capacity'> = {
    kind: 'capacity',
    ...{ unit, objective, atLeast: config.atLeast, firstBroken, bottleneck },
    held: held && nameOf(held, records.indexOf(held)),
    broke: broke && nameOf(broke, records.indexOf(broke)),
    ...{ rounds: [...result.rounds], interval: result.interval, end: result.end, left: [...left] },
    steps: records.map((record, index) => stepOf(record, index)),
  };
  const unusable = records.findLast(({ state }) => state === 'generator' || state === 'unknown') ?? null;
  const whyUnusable = unusableReason(unusable);
  const verdict = capacityVerdict({
    unit,
    objective,
    max,
    atLeast: config.atLeast,
    result,
    whatBroke: first && brokenOutcome(first),
    bottleneck,
    whyUnusable,
  });
  // Of two steps that decided, that which held has the figures to be trusted.
  const shown = result.end === 'generator' ? unusable : (held ?? broke ?? records.at(-1));
  return {
    ...{ schema: RUN_REPORT_SCHEMA, kind: 'capacity', verdict, provenance, details },
    validity: validityOf(shown ?? null, result),
    clocks: [...(shown?.measured.figures.clocks ?? [])],
    total: null,
    subjects: records.map((record, index) => subjectOf(record, index)),
    generator: shown?.measured.figures.generator ?? null,
    server: shown?.measured.server ?? null,
    findings: findingsOf(parts, held),
  };
}

/** The last step at the result that held, and the first one above it that broke. */
function decisive(records: readonly StepRecord[], { interval }: SearchResult) {
  const holding = records.filter(({ state, step }) => state === 'holds' && step.size <= (interval.to ?? Infinity));
  const most = Math.max(0, ...holding.map(({ step }) => step.size));
  const atMost = holding.filter(({ step }) => step.size === most);
  // One that broke a second time, since the first does not count.
  const breaking = records.filter(
    ({ state, step }) => state === 'broken' && step.attempt > 1 && step.size > interval.from,
  );
  const least = Math.min(...breaking.map(({ step }) => step.size));
  return {
    held: atMost.findLast(({ step }) => step.isLong) ?? atMost.at(-1) ?? null,
    broke: breaking.findLast(({ step }) => step.size === least) ?? null,
  };
}

function stepOf(record: StepRecord, index: number): DetailsOf<'capacity'>['steps'][number] {
  const { phase, round, attempt, size } = record.step;
  return {
    subject: nameOf(record, index),
    ...{ phase, round, attempt, size },
    holds: record.state === 'holds',
    broken: termsOf(record, 'broken'),
    unknown: termsOf(record, 'unknown'),
    validity: record.validity.valid,
  };
}

function subjectOf(record: StepRecord, index: number): Subject {
  return { ...record.measured.figures.total, name: nameOf(record, index), kind: 'step' };
}

function nameOf({ step }: StepRecord, index: number): string {
  return `${index + 1}: ${step.phase} ${step.size}`;
}

function termsOf({ outcomes }: StepRecord, state: 'broken' | 'unknown'): string[] {
  return outcomes.filter((outcome) => outcome.state === state).map(shownOutcome);
}

function unusableReason(last: StepRecord | null): string {
  if (last?.state === 'generator') return last.validity.reasons.join(' ');
  if (last?.state === 'unknown') return `${termsOf(last, 'unknown').join('; ')}.`;
  return '';
}

/** A search that the generator ended is invalid as a whole; otherwise each step that counted was valid, or held in spite of it. */
function validityOf(shown: StepRecord | null, { end }: SearchResult): Validity {
  const none: Validity = { valid: true, reasons: [], checks: [], trust: 'No step was measured to its end.' };
  if (!shown) return none;
  if (shown.validity.valid || end === 'generator' || shown.state !== 'holds') return shown.validity;
  const { checks, reasons } = shown.validity;
  const why = 'The generator was late in the step that held, which can only have made its figures worse';
  return { valid: true, reasons: [], checks, trust: `${why}: ${reasons.join(' ')}` };
}

function findingsOf({ result, records, left, rates, config }: CapacityReportParts, held: StepRecord | null): Finding[] {
  const findings: Finding[] = [];
  if (result.end === 'unstable') {
    findings.push({
      severity: 'warning',
      sentence:
        'The limit moved from round to round: measure longer steps (--step-seconds), or find out what else runs there.',
      figures: result.rounds.map(
        ({ holds, breaks }, index) => `round ${index + 1}: ${holds} hold, ${breaks ?? 'none'} breaks`,
      ),
    });
  }
  if (rates.size > 0) findings.push(ratesFinding(rates));
  const uncertain = held?.outcomes.filter(({ isWithinError }) => isWithinError) ?? [];
  if (uncertain.length > 0) {
    findings.push({
      severity: 'warning',
      sentence:
        'The clock is less certain than the distance to the limit, so that the truth may lie on its other side.',
      figures: uncertain.map(({ term, words }) => `${term.text}: ${words}`),
    });
  }
  const once = records.filter(
    ({ state, step }) => state === 'broken' && step.attempt === 1 && heldAgain(records, step),
  );
  if (once.length > 0) {
    findings.push({
      severity: 'note',
      sentence: 'Steps that broke once held when they were measured again, and counted as holding.',
      figures: once.map(
        (record) => `${record.step.phase} ${record.step.size}: ${termsOf(record, 'broken').join(', ')}`,
      ),
    });
  }
  if (left.length > 0) {
    findings.push({
      severity: 'warning',
      sentence:
        left.length === 1
          ? '1 camera of the list was left out, because it does not work even alone.'
          : `${left.length} cameras of the list were left out, because they do not work even alone.`,
      figures: left.slice(0, MOST_SHOWN).map(({ name, why }) => `${name}: ${why}`),
    });
  }
  if (result.end === 'no limit' && config.atLeast === null) {
    findings.push({
      severity: 'note',
      sentence: 'Nothing broke: --max allows a search further up.',
      figures: [`--max ${held?.step.size}`],
    });
  }
  return findings;
}

/** What shares of a rate are shares of, where nobody announces one. */
function ratesFinding(rates: OpenedLoad['rates']): Finding {
  const shown = [...rates].slice(0, MOST_SHOWN).map(([{ name }, rate]) => `${name}: ${formatFps(rate)} alone`);
  return {
    severity: 'note',
    sentence: `No rate is announced for ${rates.size === 1 ? 'one target' : `${rates.size} targets`}: what one session alone got before the search is what the objective expects of each.`,
    figures: shown,
  };
}

function heldAgain(records: readonly StepRecord[], { size, round, phase }: StepRecord['step']): boolean {
  return records.some(
    ({ state, step }) =>
      state === 'holds' && step.attempt > 1 && step.size === size && step.round === round && step.phase === phase,
  );
}
