import { availableParallelism } from 'node:os';
import { formatDurationUs } from '../../shared/units.js';
import type { CrowdFigures } from '../load/crowd.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import type { ServerSamples, Validity } from '../report/run-trust-schema.js';
import { judge } from '../trust/judge.js';
import type { AttackFigures } from './attack-tally.js';
import type { ChaosConfig } from './chaos-config.js';
import { chaosFindings } from './chaos-findings.js';
import type { AttackFacts } from './chaos-findings.js';
import { goodConnections } from './good-connections.js';
import { HARMLESS_US, harmDone, harmOf, longerUs } from './harm.js';
import type { Harm } from './harm.js';
import type { MemoryFigures, Phase } from './memory-track.js';

/** Everything that was measured of an attack. */
export interface MeasuredAttack {
  readonly config: Pick<ChaosConfig, 'phaseMs' | 'maxHarm'>;
  /** A phase that did not begin is missing. */
  readonly phases: Partial<Readonly<Record<Phase, CrowdFigures>>>;
  readonly attacks: readonly AttackFigures[];
  readonly memory: MemoryFigures;
  readonly server: ServerSamples | null;
  readonly isSameMachine: boolean;
  readonly provenance: Provenance;
}

/** Of its length: a window is ended a little sooner or later than it was to. */
const WHOLE_PHASE = 0.98;

const PHASES: readonly Phase[] = ['before', 'during', 'after'];

/** The report of an attack. */
export function chaosReport(measured: MeasuredAttack): RunReport {
  const { config, phases, attacks, memory, server, provenance } = measured;
  const subjects = PHASES.flatMap((phase) => subjectOf(phase, phases[phase]));
  const [before = null, during = null, after = null] = subjects;
  const harm = wholeHarm(harmOf({ before, during, after }, goodConnections(phases), memory), measured);
  const validity = validityOf(measured);
  return {
    schema: RUN_REPORT_SCHEMA,
    kind: 'chaos',
    verdict: verdictOf(measured, harm, validity),
    validity,
    provenance,
    clocks: [...((phases.after ?? phases.during ?? phases.before)?.clocks ?? [])],
    // Phases are compared with one another; all of them together mean nothing.
    total: null,
    subjects,
    generator: (phases.during ?? phases.before)?.generator ?? null,
    server,
    findings: during ? chaosFindings(harm, attacks, factsOf(measured, validity)) : [],
    details: {
      ...{ kind: 'chaos', phaseMs: config.phaseMs, maxHarm: config.maxHarm, harmlessUs: HARMLESS_US },
      ...{ attackers: [...attacks], harm },
    },
  };
}

/** Of a phase that was cut short nothing is concluded: no ratio, no rate after it, nor that memory stayed. */
function wholeHarm(harm: Harm, measured: MeasuredAttack): Harm {
  const isWhole = (phase: Phase) => isMeasured(phase, measured);
  const compared = isWhole('before') && isWhole('during');
  const { serverCameBack } = harm;
  return {
    ...harm,
    ...(compared ? {} : { p99Ratio: null, p99RatioRange: null }),
    ...(isWhole('after') ? {} : { fpsAfter: null }),
    serverCameBack: serverCameBack === false && !isWhole('after') ? null : serverCameBack,
  };
}

function factsOf(measured: MeasuredAttack, { valid }: Validity): AttackFacts {
  const [isAttackWhole, hasAfter] = [isMeasured('during', measured), measured.phases.after !== undefined];
  const goodBytesPerMs = bytesPerMs(measured.phases.during);
  return { limits: measured.config, isValid: valid, isAttackWhole, hasAfter, goodBytesPerMs };
}

/** What came to one good client; null where nothing came. */
function bytesPerMs(phase: CrowdFigures | undefined): number | null {
  const fed = phase?.sessions.filter(({ frames }) => frames.received > 0) ?? [];
  if (!phase || fed.length === 0 || phase.windowMs === 0) return null;
  return fed.reduce((sum, { bytes }) => sum + bytes, 0) / fed.length / phase.windowMs;
}

/** Whether a phase was measured to its end; the last one of a run that was stopped was not. */
function isMeasured(phase: Phase, { phases, config, provenance }: MeasuredAttack): boolean {
  const figures = phases[phase];
  return figures !== undefined && (!provenance.interrupted || figures.windowMs >= config.phaseMs * WHOLE_PHASE);
}

function subjectOf(phase: Phase, figures: CrowdFigures | undefined): Subject[] {
  return figures ? [{ ...figures.total, name: phase, kind: 'step' }] : [];
}

/** The attack is what counts; but what it is compared with has to be right, too. */
function validityOf({ phases, server, isSameMachine }: MeasuredAttack): Validity {
  const cores = availableParallelism();
  const judged = [phases.during, phases.before].flatMap((figures) => {
    if (!figures) return [];
    const { generator, total, lostThreads } = figures;
    return [judge({ kind: 'chaos', generator, server, total, cores, isSameMachine, lostThreads })];
  });
  const [first] = judged;
  return (
    judged.find(({ valid }) => !valid) ??
    first ?? { valid: true, reasons: [], checks: [], trust: 'Nothing was measured.' }
  );
}

function verdictOf(
  { config, phases, provenance }: MeasuredAttack,
  harm: Harm,
  validity: Validity,
): RunReport['verdict'] {
  if (!phases.during || provenance.interrupted) {
    const measuredMs = PHASES.reduce((sum, phase) => sum + (phases[phase]?.windowMs ?? 0), 0);
    const [came, asked] = [measuredMs, config.phaseMs * PHASES.length].map((ms) => Number((ms / 1000).toFixed(1)));
    return { level: 'done', sentence: `Ended after ${came} of ${asked} s: there is no verdict.` };
  }
  if (!validity.valid) return { level: 'invalid', sentence: validity.reasons[0] ?? validity.trust };
  const done = harmDone(harm, config);
  if (done.length > 0) return { level: 'fail', sentence: `The good clients were harmed: ${done.join('; ')}.` };
  const { p99Ratio } = harm;
  const ratio =
    p99Ratio === null
      ? ''
      : `; their p99 was ${p99Ratio.toFixed(2)} times that of before${excuse(harm, config.maxHarm)}`;
  const lost = phases.during.total.canTellLost ? 'nothing was lost' : 'what was lost cannot be told';
  return { level: 'pass', sentence: `The good clients were not harmed: ${lost}${ratio}.` };
}

/** Why a ratio beyond what is allowed is no harm; empty for one that is kept. */
function excuse(harm: Harm, maxHarm: number): string {
  if (harm.p99Ratio === null || harm.p99Ratio <= maxHarm) return '';
  return `, but only ${formatDurationUs(longerUs(harm))} longer, where ${formatDurationUs(HARMLESS_US)} are no harm`;
}
