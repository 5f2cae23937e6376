import { NOTHING, formatBytes, formatDurationUs, formatElapsedMs } from '../../../shared/units.js';
import type { Headline, ReportPage, Section, TableCell, TableSection } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport, Subject } from '../run-report-schema.js';
import { curvesSection } from '../sections/curves-section.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { heatMapSection } from '../sections/heat-map-section.js';
import { outagesSection } from '../sections/outages-section.js';
import { present } from '../sections/present.js';
import { subjectsTable } from '../sections/subjects-table.js';
import { timeSeriesSections } from '../sections/time-series.js';
import { trustSections } from '../sections/trust-sections.js';
import { waterfallSection } from '../sections/waterfall-section.js';
import { exactCount } from '../sections/words.js';

type Details = DetailsOf<'chaos'>;

/** The page of a run of `chaos`: what became of the good clients, and of those that attacked. */
export function chaosPage(report: RunReport, details: Details): ReportPage {
  const { verdict, subjects, findings } = report;
  return {
    title: 'Chaos: good clients beside an attack',
    verdict,
    headlines: [...harmHeadlines(details, subjects), ...memoryHeadlines(details)],
    sections: present(
      findingsSection(findings),
      attackersSection(details),
      codesSection(details),
      ...phaseSections(subjects),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}

function harmHeadlines(details: Details, phases: readonly Subject[]): Headline[] {
  const { harm, phaseMs } = details;
  const { p99Before, p99During, p99After, p99Ratio, p99RatioRange, lostDuring, lostAfter, fpsAfter } = harm;
  const range = p99RatioRange ? `between ${p99RatioRange.low.toFixed(2)} and ${fixed(p99RatioRange.high)}; ` : '';
  const p99s = [p99Before, p99During, p99After].map(formatDurationUs).join(', ');
  const measured = phases.map(({ name }) => name);
  const since = measured.includes('after') ? 'during and after' : 'during';
  const hasAttack = measured.includes('during');
  return [
    {
      label: 'p99 during against before',
      value: p99Ratio === null ? '-' : `${p99Ratio.toFixed(2)} x`,
      note: `${p99Ratio === null ? 'not measured; ' : range}${limitText(details)}`,
    },
    { label: 'p99 before, during, after', value: p99s, note: lengthsNote(phases, phaseMs) },
    ...(hasAttack
      ? [
          { label: 'lost', value: exactCount(lostDuring + lostAfter), note: `by good clients, ${since}` },
          cutOffHeadline(harm, since),
        ]
      : []),
    {
      label: 'frames a second',
      value: hasAttack ? harm.fpsDuring.toFixed(1) : NOTHING,
      note: `before ${harm.fpsBefore.toFixed(1)}${fpsAfter === null ? '' : `, after ${fpsAfter.toFixed(1)}`}`,
    },
  ];
}

/** What the ratio may be; where it is more, and no harm, why not. */
function limitText({ harm, maxHarm, harmlessUs }: Details): string {
  const { p99Before, p99During, p99Ratio } = harm;
  const most = `at most ${maxHarm}`;
  const longerUs = (p99During ?? 0) - (p99Before ?? 0);
  if (p99Ratio === null || p99Ratio <= maxHarm || longerUs > harmlessUs) return most;
  return `${most}, where it is ${formatDurationUs(harmlessUs)} longer, too: it was ${formatDurationUs(longerUs)}`;
}

function cutOffHeadline(
  { goodDisconnected, goodOutageMs, goodBefore, goodAtEnd }: Details['harm'],
  since: string,
): Headline {
  const isHarmed = goodDisconnected > 0 || goodAtEnd < goodBefore;
  const outage = goodOutageMs > 0 ? `, ${formatElapsedMs(goodOutageMs)} without a connection, all together` : '';
  const note = `${exactCount(goodAtEnd)} of ${exactCount(goodBefore)} connected at the end${outage}`;
  return { label: 'good clients cut off', value: exactCount(goodDisconnected), note: isHarmed ? note : since };
}

/** How long phases were measured, each by itself where one was cut short or never began. */
function lengthsNote(phases: readonly Subject[], phaseMs: number): string {
  const isWhole = phases.length === 3 && phases.every(({ durationMs }) => durationMs >= phaseMs * 0.98);
  if (isWhole) return `${formatElapsedMs(phaseMs)} each`;
  const lengths = phases.map(({ name, durationMs }) => `${name} ${(durationMs / 1000).toFixed(1)} s`);
  return `${lengths.join(', ')} of ${formatElapsedMs(phaseMs)} each`;
}

function memoryHeadlines({ harm }: Details): Headline[] {
  const { serverBytesBefore, serverBytesMost, serverBytesAfter, serverCameBack } = harm;
  if (serverBytesBefore === null || serverBytesMost === null) return [];
  const after = serverBytesAfter === null ? 'not known' : formatBytes(serverBytesAfter);
  const came = serverCameBack === null ? '' : serverCameBack ? ', it came back' : ', it did not come back';
  const note = `before ${formatBytes(serverBytesBefore)}, after ${after}${came}`;
  return [{ label: 'memory of the server, most', value: formatBytes(serverBytesMost), note }];
}

/** The phases beside one another, in the order in which they came. */
function phaseSections(phases: readonly Subject[]): Section[] {
  const alive = phases.filter(({ frames }) => frames.received > 0);
  return present(
    curvesSection(alive),
    ...timeSeriesSections(null, alive),
    ...alive.map((phase) =>
      waterfallSection(phase, { id: `stages-${phase.name}`, title: `Where the time goes: ${phase.name}` }),
    ),
    outagesSection(phases),
    heatMapSection(alive, { title: 'Latency in each phase', keepsOrder: true }),
    subjectsTable(phases, { title: 'Phases', note: 'All good clients together.' }),
  );
}

function attackersSection({ attackers }: Details): TableSection | null {
  if (attackers.length === 0) return null;
  return {
    kind: 'table',
    id: 'attackers',
    title: 'What became of the attackers',
    note: 'Who is closed comes again. Read late: when the attack was over, by those that had left it unread.',
    columns: [
      { label: 'Kind', align: 'left' },
      { label: 'Asked', align: 'right' },
      { label: 'Open at end', align: 'right' },
      { label: 'Opened', align: 'right' },
      { label: 'Closed by server', align: 'right' },
      { label: 'Not connected', align: 'right' },
      { label: 'Sent', align: 'right' },
      { label: 'Read', align: 'right' },
      { label: 'Read late', align: 'right' },
    ],
    rows: attackers.map((attack) => [{ text: attack.kind }, ...countCells(attack), ...byteCells(attack)]),
  };
}

type Attack = Details['attackers'][number];

function countCells({ asked, stillOpen, opened, closedByServer, notConnected }: Attack): TableCell[] {
  const counts = [asked, stillOpen, opened, closedByServer, notConnected];
  return counts.map((count) => ({ text: exactCount(count), sortValue: count }));
}

function byteCells({ bytesSent, bytesRead, unread }: Attack): TableCell[] {
  const amounts = [bytesSent, bytesRead, unread?.bytesLate ?? null];
  return amounts.map((bytes) => ({ text: bytes === null ? NOTHING : formatBytes(bytes), sortValue: bytes }));
}

/** A table of its own, since a server may give many codes. */
function codesSection({ attackers }: Details): TableSection | null {
  const ends = attackers.flatMap(({ kind, codes }) => codes.map(({ code, count }) => ({ kind, code, count })));
  if (ends.length === 0) return null;
  return {
    kind: 'table',
    id: 'attack-codes',
    title: 'How their connections ended',
    note: 'The code that the server gave, CLOSED where it gave none, or that of the system. Who was there at the end has none.',
    columns: [
      { label: 'Kind', align: 'left' },
      { label: 'Code', align: 'left' },
      { label: 'Connections', align: 'right' },
    ],
    rows: ends.map(({ kind, code, count }) => [
      { text: kind },
      { text: code },
      { text: exactCount(count), sortValue: count },
    ]),
  };
}

function fixed(ratio: number | null): string {
  return ratio === null ? 'any' : ratio.toFixed(2);
}
