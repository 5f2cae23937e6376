import { formatBytes, formatDurationUs } from '../../../shared/units.js';
import type { Section, TableCell, TableSection } from '../page.js';
import type { RunReport } from '../run-report-schema.js';
import type { GeneratorFigures, ServerSamples, TrustCheck, Validity } from '../run-trust-schema.js';
import { present } from './present.js';
import { machineSeriesSections } from './time-series.js';
import { unitText } from '../unit-text.js';
import { exactCount } from './words.js';

/** How far the run can be trusted: the checks, who made the load, and what the server says of itself. */
export function trustSections({ validity, generator, server }: RunReport): Section[] {
  return present(
    validitySection(validity),
    ...machineSeriesSections(generator, server),
    generator && threadsTable(generator),
    server && serverTable(server),
  );
}

/** The checks of a run's validity, those that failed first. */
export function validitySection({ valid, reasons, checks, trust }: Validity): TableSection {
  const sorted = [...checks.filter(({ ok }) => !ok), ...checks.filter(({ ok }) => ok)];
  return {
    kind: 'table',
    id: 'validity',
    title: valid ? 'How far to trust it' : 'Why it is invalid',
    note: valid ? trust : [...reasons, trust].join(' '),
    columns: [
      { label: 'Check', align: 'left', isWhole: true },
      { label: 'Measured', align: 'right' },
      { label: 'Limit', align: 'right' },
      { label: 'Result', align: 'left' },
      { label: 'If not', align: 'left' },
    ],
    rows: sorted.map(checkRow),
    briefRows: checks.filter(({ ok }) => !ok).length,
  };
}

function checkRow({ name, value, limit, unit, ok, severity, why }: TrustCheck): TableCell[] {
  return [
    { text: name },
    { text: withUnit(value, unit), sortValue: value },
    { text: withUnit(limit, unit), sortValue: limit },
    resultCell(ok, severity),
    { text: why },
  ];
}

function resultCell(ok: boolean, severity: TrustCheck['severity']): TableCell {
  if (ok) return { text: 'ok', tone: 'good' };
  return severity === 'invalid' ? { text: 'invalid', tone: 'bad' } : { text: 'doubt', tone: 'warning' };
}

function threadsTable({
  threads,
  cpuPercent,
  residentBytes,
  socketBacklogBytes,
}: GeneratorFigures): TableSection | null {
  if (threads.length === 0) return null;
  const backlog = socketBacklogBytes ? `, unread in a socket at most ${formatBytes(socketBacklogBytes.max)}` : '';
  return {
    kind: 'table',
    id: 'generator',
    title: 'Who made the load',
    note: `This process used ${cpuPercent.toFixed(0)} % of a core and at most ${formatBytes(residentBytes.max)} of memory${backlog}.`,
    columns: [
      { label: 'Thread', align: 'left' },
      { label: 'Sessions', align: 'right' },
      { label: 'CPU', align: 'right' },
      { label: 'Waited for a core', align: 'right' },
      { label: 'Loop delay p50', align: 'right' },
      { label: 'p99', align: 'right' },
      { label: 'max', align: 'right' },
      { label: 'Timers late p99', align: 'right' },
      { label: 'max', align: 'right' },
    ],
    briefRows: 0,
    rows: threads.map(({ name, sessions, cpuPercent: cpu, waitedPercent, loopDelayUs, timerLatenessUs }) => [
      { text: name },
      { text: exactCount(sessions), sortValue: sessions },
      { text: unitText('percent', cpu), sortValue: cpu },
      { text: unitText('percent', waitedPercent), sortValue: waitedPercent },
      ...[loopDelayUs.p50, loopDelayUs.p99, loopDelayUs.max, timerLatenessUs.p99, timerLatenessUs.max].map((us) => ({
        text: formatDurationUs(us),
        sortValue: us,
      })),
    ]),
  };
}

function serverTable({ url, version, isSameMachine, streams }: ServerSamples): TableSection | null {
  if (streams.length === 0) return null;
  const where = isSameMachine ? 'on this machine' : 'on another machine';
  return {
    kind: 'table',
    id: 'server',
    title: 'What the server says it published',
    note: `${url}, ${version === null ? 'version not known' : `version ${version}`}, ${where}.`,
    columns: [
      { label: 'Stream', align: 'left' },
      { label: 'Published', align: 'right' },
      { label: 'Dropped before', align: 'right' },
    ],
    rows: streams.map(({ name, published, droppedFrames }) => [
      { text: name },
      { text: exactCount(published), sortValue: published },
      { text: exactCount(droppedFrames), sortValue: droppedFrames },
    ]),
  };
}

function withUnit(value: number, unit: string): string {
  if (unit === 'us' || unit === 'µs') return formatDurationUs(value);
  if (unit === 'bytes' || unit === 'B') return formatBytes(value);
  const text = Number.isInteger(value) ? exactCount(value) : value.toPrecision(3);
  return unit === '' ? text : `${text} ${unit}`;
}
