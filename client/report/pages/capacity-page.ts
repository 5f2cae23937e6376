import { NOTHING, formatDurationUs } from '../../../shared/units.js';
import type { FactsSection, Headline, ReportPage, TableCell, TableSection } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport, Subject } from '../run-report-schema.js';
import { curvesSection } from '../sections/curves-section.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { headlinesOf } from '../sections/headlines.js';
import { present } from '../sections/present.js';
import { subjectsTable } from '../sections/subjects-table.js';
import { trustSections } from '../sections/trust-sections.js';
import { waterfallSection } from '../sections/waterfall-section.js';
import { exactCount } from '../sections/words.js';

type Details = DetailsOf<'capacity'>;

/** The page of a run of `capacity`: the interval, what broke above it, and every step on the way. */
export function capacityPage(report: RunReport, details: Details): ReportPage {
  const byName = new Map(report.subjects.map((subject) => [subject.name, subject]));
  const [held, broke] = [details.held, details.broke].map((name) =>
    name === null ? null : (byName.get(name) ?? null),
  );
  const decisive = [held, broke].filter((subject) => subject != null);
  return {
    title: `Capacity: ${details.unit} within ${details.objective}`,
    verdict: report.verdict,
    headlines: [...answerHeadlines(details), ...(held ? headlinesOf(held) : [])],
    sections: present(
      findingsSection(report.findings),
      answerSection(details),
      stepsTable(details, byName),
      roundsTable(details),
      curvesSection(decisive),
      waterfallSection(held ?? null),
      subjectsTable(decisive, { id: 'decisive', title: 'What held and what broke' }),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}

function answerHeadlines({ interval, unit, atLeast, broke, held, steps }: Details): Headline[] {
  const asked = atLeast === null ? null : `at least ${exactCount(atLeast)} asked for`;
  const heldSize = steps.find(({ subject }) => subject === held)?.size;
  const brokeSize = steps.find(({ subject }) => subject === broke)?.size;
  const sizes = `${heldSize === undefined ? '' : `${heldSize} held`}${brokeSize === undefined ? '' : `, ${brokeSize} did not`}`;
  return [{ label: `capacity in ${unit}`, value: intervalText(interval), note: asked ?? (sizes || null) }];
}

function intervalText({ from, to }: Details['interval']): string {
  if (to === null && from === 0) return 'not known';
  if (to === null) return `${exactCount(from)} or more`;
  return from === to ? exactCount(from) : `${exactCount(from)} to ${exactCount(to)}`;
}

const ENDS: Readonly<Record<Details['end'], string>> = {
  agreed: 'two rounds agreed',
  'single round': 'one round was asked for',
  'no limit': 'nothing broke up to --max',
  unstable: 'the rounds did not agree',
  generator: 'this machine was the bottleneck',
  unknown: 'a term of the objective could not be measured',
  stopped: 'the user stopped it',
};

function answerSection({ objective, firstBroken, bottleneck, end, left }: Details): FactsSection {
  return {
    kind: 'facts',
    id: 'answer',
    title: 'The limit',
    note: '',
    facts: [
      { name: 'Objective', value: objective },
      { name: 'Broke first', value: firstBroken ?? 'nothing' },
      { name: 'Bottleneck', value: bottleneck },
      { name: 'Search', value: `ended because ${ENDS[end]}` },
      ...(left.length > 0
        ? [
            {
              name: 'Left out',
              value:
                left.length === 1
                  ? '1 camera that does not work alone'
                  : `${exactCount(left.length)} cameras that do not work alone`,
            },
          ]
        : []),
    ],
  };
}

function stepsTable({ steps, unit }: Details, byName: ReadonlyMap<string, Subject>): TableSection | null {
  if (steps.length === 0) return null;
  return {
    kind: 'table',
    id: 'steps',
    title: 'Steps',
    note: 'In the order in which they were measured. A step that broke was measured a second time before it counted.',
    columns: [
      { label: `Size (${unit})`, align: 'right' },
      { label: 'Phase', align: 'left' },
      { label: 'Round', align: 'right' },
      { label: 'Holds', align: 'left' },
      { label: 'p99', align: 'right' },
      { label: 'Lost', align: 'right' },
      { label: 'Skipped', align: 'right' },
      { label: 'fps each', align: 'right' },
      { label: 'What broke', align: 'left' },
    ],
    rows: steps.map((step) => stepRow(step, byName.get(step.subject) ?? null)),
  };
}

function stepRow(step: Details['steps'][number], subject: Subject | null): TableCell[] {
  const { size, phase, attempt, round, broken, unknown } = step;
  const fps = subject && size > 0 ? subject.fps.mean / size : null;
  const p99 = subject?.latencyUs.p99 ?? null;
  const lost = subject?.canTellLost ? subject.frames.lost : null;
  return [
    number(size),
    { text: attempt > 1 ? `${phase} again` : phase },
    number(round),
    holdsCell(step),
    { text: formatDurationUs(p99), sortValue: p99 },
    number(lost),
    number(subject?.frames.skipped ?? null),
    { text: fps === null ? NOTHING : fps.toFixed(1), sortValue: fps },
    { text: [...broken, ...unknown].join('; ') },
  ];
}

function holdsCell({ holds, validity, unknown }: Details['steps'][number]): TableCell {
  if (holds) return { text: 'yes', tone: 'good' };
  if (unknown.length > 0) return { text: 'not known', tone: 'warning' };
  return validity ? { text: 'no', tone: 'bad' } : { text: 'no (generator late)', tone: 'warning' };
}

function roundsTable({ rounds, unit }: Details): TableSection | null {
  if (rounds.length < 2) return null;
  return {
    kind: 'table',
    id: 'rounds',
    title: 'Rounds',
    note: 'Each round begins where the one before ended: the result is soaked again, and one step above has to fail again.',
    columns: [
      { label: 'Round', align: 'right' },
      { label: `Hold (${unit})`, align: 'right' },
      { label: 'Do not', align: 'right' },
    ],
    rows: rounds.map(({ holds, breaks }, index) => [number(index + 1), number(holds), number(breaks)]),
  };
}

function number(value: number | null): TableCell {
  return { text: value === null ? NOTHING : exactCount(value), sortValue: value };
}
