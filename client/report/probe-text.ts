import type { ProbeFigures, Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { safeText } from '../ui/text.js';
import {
  formatCount,
  formatDurationUs,
  formatElapsedMs,
  formatMbps,
  formatOffset,
  formatSize,
  formatWithError,
  NOTHING,
} from '../../shared/units.js';
import { notesOnPath } from './probe-notes.js';
import { wrapped } from './wrapped.js';

/** A path with what only a probe knows of it. */
type Path = StreamSnapshot & { readonly probe: ProbeFigures };

const COLUMN_GAP = '  ';
const NO_DELAY = 'ends with the last byte; decoding is not in it.';

/**
 * The final summary of a probe for people: how old pictures were by every path, and what came, one line a path; then what
 * has to be known about each, in lines of `columns` cells where these are sentences. Plain text of several lines, without
 * a line break at the end.
 */
export function formatProbe(snapshot: Snapshot, columns: number): string {
  const paths = snapshot.streams.flatMap((stream) => (stream.probe ? [{ ...stream, probe: stream.probe }] : []));
  const blocks = [
    [titleOf(snapshot)],
    ...(paths.some(({ latencyUs }) => latencyUs.count > 0) ? [latencyTable(paths)] : []),
    deliveryTable(paths),
    delaySentences(paths).flatMap((sentence) => wrapped(sentence, columns, '  ')),
    paths.flatMap((path) => pathLines(path, columns)),
  ];
  return blocks
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function titleOf({ durationMs, streams, clock }: Snapshot): string {
  const paths = streams.length === 1 ? '1 path' : `${streams.length} paths`;
  const { offsetUs, errorUs } = clock;
  const known = offsetUs === null ? 'not known' : formatOffset(offsetUs, errorUs);
  // Nobody is asked for the time of this machine.
  const isOwn = offsetUs === 0 && clock.rttUs.min === null;
  const clockText = isOwn ? 'time codes by the clock of this machine' : `clock ${known}`;
  return `probe: ${formatElapsedMs(durationMs)}, ${paths}, ${clockText}`;
}

/** The median with its error stands first, and what it is more than that of the first path. */
function latencyTable(paths: readonly Path[]): string[] {
  const reference = paths.find(({ latencyUs }) => latencyUs.count > 0);
  const header = ['latency', 'p50', 'p90', 'p99', 'max', `against ${reference?.name ?? ''}`, 'measured by'];
  const rows = paths.map((path) => {
    const { p50, p90, p99, max, errorUs } = path.latencyUs;
    return [
      path.name,
      formatWithError(p50, errorUs),
      ...[p90, p99, max].map(formatDurationUs),
      path === reference ? NOTHING : differenceOf(path, reference),
      path.probe.latencySource ?? NOTHING,
    ];
  });
  return table([header, ...rows], new Set([0, 6]));
}

/** What one clock is wrong by cancels out; the errors of two add up, each in a direction that is not known. */
function differenceOf({ latencyUs, probe }: Path, reference: Path | undefined): string {
  const before = reference?.latencyUs;
  if (latencyUs.p50 === null || before?.p50 == null) return NOTHING;
  const isOneClock = probe.latencySource === 'time code' && reference?.probe.latencySource === 'time code';
  const errorUs = isOneClock ? null : (latencyUs.errorUs ?? 0) + (before.errorUs ?? 0);
  return formatOffset(latencyUs.p50 - before.p50, errorUs);
}

/** So narrow that it fits into 80 columns: jitter is p99, and what kind of video it is stands with the address. */
function deliveryTable(paths: readonly Path[]): string[] {
  const header = ['path', 'first', 'fps', 'Mbit/s', 'frames', 'lost', 'gaps', 'freezes', 'jitter', 'reconnects'];
  const rows = paths.map(({ name, frames, fps, throughputMbps, jitterUs, probe }) => [
    name,
    formatDurationUs(probe.firstFrameUs),
    fps.mean.toFixed(1),
    formatMbps(throughputMbps.mean).replace(' Mbit/s', ''),
    formatCount(frames.received),
    formatCount(frames.lost),
    formatCount(probe.arrivalGaps.count),
    formatCount(probe.freezes.count),
    formatDurationUs(jitterUs.p99),
    formatCount(probe.reconnects),
  ]);
  return table([header, ...rows], new Set([0]));
}

/** What is in the latencies, and for which paths. */
function delaySentences(paths: readonly Path[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, latencyUs, probe } of paths) {
    if (latencyUs.count === 0) continue;
    const delays = probe.delays.map((delay) => `includes ${safeText(delay)}.`);
    for (const words of delays.length > 0 ? delays : [NO_DELAY]) names.set(words, [...(names.get(words) ?? []), name]);
  }
  return [...names].map(([words, its]) => `Latency of ${its.join(', ')} ${words}`);
}

function pathLines(path: Path, columns: number): string[] {
  const notes = notesOnPath(path).flatMap((note) => wrapped(`  Note: ${note}`, columns, '    '));
  const video = [path.probe.codec, formatSize(path)].filter((text) => text !== null && text !== '').join(' ');
  const address = [path.name, safeText(path.probe.url), ...(video === '' ? [] : [video])].join('  ');
  return [address, ...notes];
}

/** Columns of `left` begin at the left, the others end at the right. */
function table(rows: readonly (readonly string[])[], left: ReadonlySet<number>): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (left.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join(COLUMN_GAP)
      .trimEnd(),
  );
}
