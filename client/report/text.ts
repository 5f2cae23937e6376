import type { ClockFigures, Quantiles, Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { stageRows } from '../ui/stage-rows.js';
import { encodingText, SINCE } from '../ui/stream-words.js';
import { safeText } from '../ui/text.js';
import {
  formatBytes,
  formatDurationUs,
  formatElapsedMs,
  formatFps,
  formatMbps,
  formatOffset,
  formatPpm,
  formatSize,
  formatWithError,
} from '../../shared/units.js';
import { notesOn } from './notes.js';

/** A figure in microseconds; undefined where none is kept, null where none was measured. */
type Cell = number | null | undefined;
type Row = [label: string, ...Cell[]];

const COLUMNS = ['', 'p50', 'p90', 'p99', 'p99.9', 'max'];

/** The final summary for people: plain text of several lines, without a line break at the end. */
export function formatSummary(snapshot: Snapshot): string {
  const blocks = [sessionLines(snapshot), ...snapshot.streams.map((stream) => streamLines(stream))];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function sessionLines(snapshot: Snapshot): string[] {
  const { server, durationMs, reconnects, outageMs, notice, streams } = snapshot;
  const outage = `${counted(reconnects, 'reconnect')}, ${formatDurationUs(outageMs * 1000)} of outage`;
  const connection = reconnects === 0 && outageMs === 0 ? 'no outage' : outage;
  const title = `${safeText(server)}: ${formatElapsedMs(durationMs)}, ${counted(streams.length, 'stream')}, ${connection}`;
  return [title, ...(notice === null ? [] : [safeText(notice)]), clockLine(snapshot.clock)];
}

function clockLine({ offsetUs, errorUs, driftPpm, rttUs }: ClockFigures): string {
  if (offsetUs === null) return "clock    no estimate of the server's clock";
  const roundTrip = `round trip ${formatDurationUs(rttUs.min)} at least, ${formatDurationUs(rttUs.p50)} in the middle`;
  return `clock    server minus ours ${formatOffset(offsetUs, errorUs)}, drift ${formatPpm(driftPpm)}, ${roundTrip}`;
}

function streamLines(stream: StreamSnapshot): string[] {
  const { frames, fps, throughputMbps, bytes, latencyUs } = stream;
  const { mean, stddev, count } = latencyUs;
  const lines = [titleOf(stream), `  jpeg     ${encodingText(stream)}`, `  frames   ${countsOf(stream)}`];
  if (frames.received > 0) {
    const perSecond = `${formatFps(fps.mean)} (${Math.round(fps.min)} to ${Math.round(fps.max)} in a second)`;
    const data = `${formatMbps(throughputMbps.mean)} (at most ${formatMbps(throughputMbps.max)}), ${formatBytes(bytes)}`;
    lines.push(`  rate     ${perSecond}, ${data}`);
  }
  if (count > 0) {
    const spread = `mean ${formatDurationUs(mean)}, standard deviation ${formatDurationUs(stddev)}`;
    const median = formatWithError(latencyUs.p50, latencyUs.errorUs);
    lines.push(`  latency  p50 ${median} ${SINCE[stream.timeSource]}, ${spread}`);
  }
  if (frames.received > 0) lines.push('', ...table(stream));
  return [...lines, ...notesOn(stream).map((note) => `  Note: ${note}`)];
}

function titleOf(stream: StreamSnapshot): string {
  const size = formatSize(stream) ?? 'size not known';
  const rate = stream.nominalFps === null ? 'rate not known' : formatFps(stream.nominalFps);
  return `stream ${safeText(stream.name)} (${size}, ${rate})`;
}

function countsOf({ frames: { received, lost, skipped, corrupt, kept } }: StreamSnapshot): string {
  const past = kept > 0 ? `, ${kept} of the past` : '';
  return `${received} received, ${lost} lost, ${skipped} skipped, ${corrupt} corrupt${past}`;
}

/** Percentiles one under the other; a cell is empty where that percentile is not kept, a row missing if all are. */
function table(stream: StreamSnapshot): string[] {
  const { latencyUs, ageUs, jitterUs } = stream;
  const { p50, p90, p99, p999, max } = latencyUs;
  const values: Row[] = [
    ['latency', p50, p90, p99, p999, max],
    ['age', ageUs.p50, undefined, ageUs.p99, undefined, ageUs.max],
    ['jitter', ...quantileCells(jitterUs)],
    ...stageRows(stream).map((stage): Row => [stage.name, ...quantileCells(stage)]),
  ];
  const measured = values.filter(([, median]) => median !== null);
  const rows = [COLUMNS, ...measured.map(([label, ...cells]) => [label, ...cells.map(formatCell)])];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => aligned(cell, column, widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function quantileCells({ p50, p99 }: Quantiles): Cell[] {
  return [p50, undefined, p99];
}

function formatCell(us: Cell): string {
  return us === undefined ? '' : formatDurationUs(us);
}

/** Labels to the left, figures to the right. */
function aligned(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
