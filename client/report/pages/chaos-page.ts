import { NOTHING, formatBytes, formatDurationUs, formatElapsedMs } from '../../../shared/units.js';
import type { Headline, ReportPage, TableSection } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport, Subject } from '../run-report-schema.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { measuredSections } from '../sections/measured-sections.js';
import { present } from '../sections/present.js';
import { trustSections } from '../sections/trust-sections.js';
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
      ...measuredSections(report, subjects),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}

function harmHeadlines({ harm, maxHarm, phaseMs }: Details, phases: readonly Subject[]): Headline[] {
  const { p99Before, p99During, p99After, p99Ratio, p99RatioRange, lostDuring, lostAfter, goodDisconnected } = harm;
  const range = p99RatioRange ? `between ${p99RatioRange.low.toFixed(2)} and ${fixed(p99RatioRange.high)}; ` : '';
  const p99s = [p99Before, p99During, p99After].map(formatDurationUs).join(', ');
  const measured = phases.map(({ name }) => name);
  const since = measured.includes('after') ? 'during and after' : 'during';
  const hasAttack = measured.includes('during');
  return [
    {
      label: 'p99 during against before',
      value: p99Ratio === null ? '-' : `${p99Ratio.toFixed(2)} x`,
      note: p99Ratio === null ? `not measured; at most ${maxHarm}` : `${range}at most ${maxHarm}`,
    },
    { label: 'p99 before, during, after', value: p99s, note: lengthsNote(phases, phaseMs) },
    ...(hasAttack
      ? [
          { label: 'lost', value: exactCount(lostDuring + lostAfter), note: `by good clients, ${since}` },
          {
            label: 'good clients cut off',
            value: exactCount(goodDisconnected),
            note: goodDisconnected > 0 ? 'each came back by itself' : since,
          },
        ]
      : []),
    {
      label: 'frames a second',
      value: hasAttack ? harm.fpsDuring.toFixed(1) : NOTHING,
      note: `before ${harm.fpsBefore.toFixed(1)}`,
    },
  ];
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

function attackersSection({ attackers }: Details): TableSection | null {
  if (attackers.length === 0) return null;
  return {
    kind: 'table',
    id: 'attackers',
    title: 'What became of the attackers',
    note: 'Who is closed comes again. The codes are those the server gave, and CLOSED where it gave none.',
    columns: [
      { label: 'Kind', align: 'left' },
      { label: 'Asked', align: 'right' },
      { label: 'Opened', align: 'right' },
      { label: 'Not connected', align: 'right' },
      { label: 'Closed by the server', align: 'right' },
      { label: 'Open at the end', align: 'right' },
      { label: 'Sent', align: 'right' },
      { label: 'Read', align: 'right' },
      { label: 'Codes', align: 'left' },
    ],
    rows: attackers.map((attack) => [
      { text: attack.kind },
      ...[attack.asked, attack.opened, attack.notConnected, attack.closedByServer, attack.stillOpen].map((count) => ({
        text: exactCount(count),
        sortValue: count,
      })),
      ...[attack.bytesSent, attack.bytesRead].map((bytes) => ({ text: formatBytes(bytes), sortValue: bytes })),
      { text: attack.codes.map(({ code, count }) => `${code} ${exactCount(count)}`).join(', ') || '-' },
    ]),
  };
}

function fixed(ratio: number | null): string {
  return ratio === null ? 'any' : ratio.toFixed(2);
}
