import { LatencyHistogram } from '../../shared/histogram.js';
import { encodedDistribution, latencySummary } from '../load/latency-summary.js';
import type { Finding, Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { ComparedSubject } from './compare-row.js';
import type { Comparison, Sides } from './compare-runs.js';
import { verdictOf } from './compare-verdict.js';
import type { Condition } from './condition.js';
import { decoded } from './run-draws.js';
import { ENOUGH_RUNS } from './side-figure.js';
import type { Measured } from './side-figure.js';

/** What a comparison was made of. */
export interface CompareParts {
  readonly sides: Sides;
  readonly conditions: readonly Condition[];
  readonly comparison: Comparison;
  /** In what the runs differ beside their figures; the user allowed that. */
  readonly unlike: readonly string[];
  readonly provenance: Provenance;
}

const BETWEEN = 'The 95 % intervals are between repeated runs: another run of each side would come out like that.';
const WITHIN =
  'The 95 % intervals hold what varied within these runs; how much runs vary from one to the next they cannot know, ' +
  'so that a small change may be one of the machine.';

/** The report of a comparison: its rows, and the distributions of both sides for curves over one another. */
export function compareReport(parts: CompareParts): RunReport {
  const { sides, conditions, comparison, unlike, provenance } = parts;
  const isRepeated = Math.min(sides.a.length, sides.b.length) >= ENOUGH_RUNS;
  const reasons = [...sides.a, ...sides.b].flatMap(({ file, invalid }) => invalid.map((why) => `${file}: ${why}`));
  return {
    schema: RUN_REPORT_SCHEMA,
    kind: 'compare',
    verdict: verdictOf(comparison.rows, conditions),
    validity: { valid: reasons.length === 0, reasons, checks: [], trust: isRepeated ? BETWEEN : WITHIN },
    provenance,
    clocks: [],
    total: null,
    subjects: comparison.subjects.flatMap(sidesOf),
    generator: null,
    server: null,
    findings: findingsOf(parts, isRepeated),
    details: {
      kind: 'compare',
      runs: [sideOf('A', sides.a), sideOf('B', sides.b)],
      unlike: [...unlike],
      rows: comparison.rows.map(({ row }) => row),
    },
  };
}

function sideOf(name: string, runs: Sides['a']) {
  const startedAt = runs.map((run) => run.startedAt).toSorted()[0] ?? new Date(0).toISOString();
  return { name, files: runs.map(({ file }) => file), startedAt };
}

function findingsOf({ sides, unlike }: CompareParts, isRepeated: boolean): Finding[] {
  const counts = [`A: ${sides.a.length} run${plural(sides.a)}`, `B: ${sides.b.length} run${plural(sides.b)}`];
  const repeat = `Repeat each side ${ENOUGH_RUNS} times or more (--a, --b) to know how much runs vary by themselves.`;
  const differences = unlike.map((difference) => ({
    severity: 'warning' as const,
    sentence: 'The runs differ in more than their figures, so that a change may come from that.',
    figures: [difference],
  }));
  return [...differences, ...(isRepeated ? [] : [{ severity: 'note' as const, sentence: repeat, figures: counts }])];
}

function plural(runs: readonly unknown[]): string {
  return runs.length === 1 ? '' : 's';
}

/** The subject of each side, with the distributions of all its runs. */
function sidesOf({ name, a, b }: ComparedSubject): Subject[] {
  return [merged(`A: ${name}`, a), merged(`B: ${name}`, b)].filter((subject) => subject !== null);
}

function merged(name: string, side: readonly Measured[]): Subject | null {
  const subject = side[0]?.subject;
  if (!subject || side.length === 1) return subject ? { ...subject, name } : null;
  const latency = new LatencyHistogram();
  const age = new LatencyHistogram();
  for (const { subject: each, run } of side) {
    if (!each.histograms) continue;
    latency.merge(decoded(each.histograms.latency, run.file));
    age.merge(decoded(each.histograms.age, run.file));
  }
  const errorUs = Math.max(...side.map(({ subject: each }) => each.latencyUs.errorUs ?? 0));
  return {
    ...subject,
    name,
    latencyUs: latencySummary(latency, errorUs),
    ageUs: latencySummary(age, errorUs),
    timeline: null,
    histograms: { latency: encodedDistribution(latency), age: encodedDistribution(age) },
  };
}
