import { formatBytes, formatDurationUs, formatMbps, NOTHING } from '../../../shared/units.js';
import type { TableCell, TableSection } from '../page.js';
import type { Subject } from '../run-report-schema.js';
import { exactCount, knownLost, lostText } from './words.js';

interface Column {
  readonly label: string;
  readonly align?: 'left';
  readonly cell: (subject: Subject) => TableCell;
}

/** Those that count most stand first, since a terminal shows only as many as fit. */
const COLUMNS: readonly Column[] = [
  { label: 'Name', align: 'left', cell: ({ name }) => ({ text: name }) },
  { label: 'Delivered', cell: ({ frames }) => count(frames.received) },
  { label: 'Lost', cell: lostCell },
  { label: 'Skipped', cell: skippedCell },
  { label: 'fps', cell: ({ fps }) => ({ text: fps.mean.toFixed(1), sortValue: fps.mean }) },
  { label: 'p50', cell: ({ latencyUs }) => duration(latencyUs.p50) },
  { label: 'p99', cell: ({ latencyUs }) => duration(latencyUs.p99) },
  { label: 'Age p99', cell: ({ ageUs }) => duration(ageUs.p99) },
  { label: '± error', cell: ({ latencyUs }) => duration(latencyUs.errorUs) },
  { label: 'p99.9', cell: ({ latencyUs }) => duration(latencyUs.p999) },
  { label: 'Max', cell: ({ latencyUs }) => duration(latencyUs.max) },
  { label: 'Reconnects', cell: ({ reconnects }) => harm(reconnects) },
  { label: 'Outage', cell: ({ outageMs }) => outage(outageMs) },
  { label: 'Corrupt', cell: ({ frames }) => harm(frames.corrupt) },
  { label: 'First frame', cell: ({ firstFrameUs }) => duration(firstFrameUs.p50) },
  { label: 'Rate', cell: ({ throughputMbps: mbps }) => ({ text: formatMbps(mbps), sortValue: mbps }) },
  { label: 'Bytes', cell: ({ bytes }) => ({ text: formatBytes(bytes), sortValue: bytes }) },
  { label: 'Sessions', cell: sessionsCell },
  { label: 'Errors', cell: ({ errors }) => harm(errors.reduce((sum, { count: times }) => sum + times, 0)) },
  { label: 'State', align: 'left', cell: stateCell },
];

/** States that nothing has to be said about. */
const GOOD_STATES: ReadonlySet<Subject['state']> = new Set(['connected', 'live', 'ended', 'stopped', 'idle']);

/** The same where a state has to be seen at once. */
const STATE_SECOND: readonly Column[] = [...COLUMNS.slice(0, 1), ...COLUMNS.slice(-1), ...COLUMNS.slice(1, -1)];

/** What a table of subjects may be told. */
export interface SubjectsTableOptions {
  readonly id?: string;
  readonly title?: string;
  readonly note?: string;
  /** Whether the worst come first, which is what a long table needs; otherwise they stay as they are. */
  readonly worstFirst?: boolean;
}

/** A row of figures for each subject, with what was delivered and lost beside the percentiles; null for no subject. */
export function subjectsTable(subjects: readonly Subject[], options: SubjectsTableOptions = {}): TableSection | null {
  if (subjects.length === 0) return null;
  const ordered = subjects.some((subject) => !GOOD_STATES.has(subject.state)) ? STATE_SECOND : COLUMNS;
  const shown = ordered.filter(({ cell }) => subjects.some((subject) => cell(subject).text !== NOTHING));
  return {
    kind: 'table',
    id: options.id ?? 'subjects',
    title: options.title ?? 'Everything that was measured',
    note: options.note ?? '',
    columns: shown.map(({ label, align }) => ({ label, align: align ?? 'right' })),
    rows: (options.worstFirst ? worstFirst(subjects) : subjects).map((subject) =>
      shown.map(({ cell }) => cell(subject)),
    ),
  };
}

/** Those that failed, then those that missed most: frames, time, what was left out; then those with the oldest pictures. */
export function worstFirst(subjects: readonly Subject[]): Subject[] {
  return [...subjects].sort(
    (a, b) =>
      badness(b) - badness(a) ||
      b.frames.lost - a.frames.lost ||
      b.outageMs - a.outageMs ||
      b.frames.skipped - a.frames.skipped ||
      worstUs(b) - worstUs(a),
  );
}

function badness({ state, frames }: Subject): number {
  return (GOOD_STATES.has(state) ? 0 : 1) + (frames.received === 0 ? 1 : 0);
}

function worstUs({ ageUs, latencyUs }: Subject): number {
  return ageUs.p99 ?? latencyUs.p99 ?? -Infinity;
}

function count(value: number): TableCell {
  return { text: exactCount(value), sortValue: value };
}

/** A count that had better be zero. */
function harm(value: number): TableCell {
  return value > 0 ? { ...count(value), tone: 'warning' } : count(value);
}

function duration(us: number | null): TableCell {
  return { text: formatDurationUs(us), sortValue: us };
}

function outage(ms: number): TableCell {
  return ms > 0 ? { ...duration(ms * 1000), tone: 'warning' } : { text: '0', sortValue: 0 };
}

function unknown(): TableCell {
  return { text: NOTHING, sortValue: null };
}

function lostCell(subject: Subject): TableCell {
  const known = knownLost([subject]);
  return { ...harm(known.lost ?? 0), text: lostText(known), sortValue: known.lost };
}

/** Only our own protocol says what was left out. */
function skippedCell({ frames, target }: Subject): TableCell {
  return frames.skipped === 0 && /^(http|rtsp)s?:/i.test(target ?? '') ? unknown() : count(frames.skipped);
}

/** One session is nothing to write down. */
function sessionsCell({ state, sessions: { asked, connected, failed } }: Subject): TableCell {
  if (asked === 1) return { text: NOTHING, sortValue: 1 };
  const text = `${exactCount(connected)}/${exactCount(asked)}`;
  // Whoever came to the end of a file needs no connection any more.
  const isMissing = connected < asked && (failed > 0 || state !== 'ended');
  return isMissing ? { text, sortValue: connected, tone: 'warning' } : { text, sortValue: connected };
}

function stateCell({ state }: Subject): TableCell {
  return GOOD_STATES.has(state) ? { text: state } : { text: state, tone: 'bad' };
}
