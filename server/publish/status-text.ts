import { toPrintable } from '../../shared/protocol/printable.js';
import { formatElapsedMs, formatFps, formatMbps } from '../../shared/units.js';
import type { FleetMember, FleetResources } from './fleet-status.js';

/** How a fleet is at one moment. */
export interface FleetSnapshot {
  readonly elapsedMs: number;
  readonly members: readonly FleetMember[];
  /** Streams that were asked for and are not started yet. */
  readonly unstarted: number;
  readonly resources: FleetResources;
}

/** Worst first: those are looked at. */
const ORDER: readonly FleetMember['health'][] = ['waiting', 'degraded', 'connecting', 'stopped', 'healthy'];
const MAX_REASONS = 3;
/** From this width on the name of the video has a column. */
const WIDE_COLUMNS = 100;
const NAME_COLUMNS = 12;
const VIDEO_COLUMNS = 30;

/** One line: `12s  50 streams: 48 healthy, 2 waiting  1440 fps  96 Mbit/s  CPU 31 %  memory 12 %`. */
export function summaryLine({ elapsedMs, members, unstarted, resources }: FleetSnapshot): string {
  const counts = [...ORDER]
    .reverse()
    .map((health) => [health, members.filter((each) => each.health === health).length]);
  const words = counts.filter(([, count]) => count !== 0).map(([health, count]) => `${count} ${health}`);
  const states = [...words, ...(unstarted > 0 ? [`${unstarted} not started`] : [])].join(', ');
  const { cpuPercent, memoryPercent } = resources;
  return [
    formatElapsedMs(elapsedMs),
    `${members.length} ${members.length === 1 ? 'stream' : 'streams'}${states === '' ? '' : `: ${states}`}`,
    formatFps(sum(members.map(({ fps }) => fps))),
    formatMbps(sum(members.map(({ bitrateBps }) => bitrateBps)) / 1e6),
    ...(cpuPercent === null ? [] : [`CPU ${cpuPercent.toFixed(0)} %`]),
    ...(memoryPercent === null ? [] : [`memory ${memoryPercent.toFixed(0)} %`]),
  ].join('  ');
}

/** Why streams are not healthy, in the words of the connection: the first few of those that differ. */
export function reasonLines(members: readonly FleetMember[]): string[] {
  const byReason = new Map<string, FleetMember[]>();
  for (const member of members) {
    const { error } = member.connection;
    if (!error || member.health === 'healthy') continue;
    const reason = `${toPrintable(withoutAddress(error.message, member.connection.url))} (${error.code})`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), member]);
  }
  return [...byReason].slice(0, MAX_REASONS).map(([reason, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `  ${first?.name ?? ''}${more}: ${reason}`;
  });
}

/** Without the address of a stream that it begins with, a sentence is the same for all streams of a server. */
export function withoutAddress(sentence: string, url: string): string {
  return sentence.startsWith(`${url}: `) ? sentence.slice(url.length + 2) : sentence;
}

/** All of it as lines of at most `columns` characters, and at most `rows` of them. */
export function tableLines(snapshot: FleetSnapshot, columns: number, rows: number): string[] {
  const { members, resources } = snapshot;
  const notice = resources.notice === null ? [] : [`  ${toPrintable(resources.notice)}`];
  const around = [summaryLine(snapshot), ...notice];
  const reasons = reasonLines(members);
  const room = Math.max(1, rows - around.length - reasons.length - 2);
  const shown = members.length <= room ? members : worstFirst(members).slice(0, room);
  const rest = members.length - shown.length;
  const more = rest === 0 ? [] : [`  and ${rest} more`];
  const isWide = columns >= WIDE_COLUMNS;
  const lines = [
    ...around,
    headLine(isWide),
    ...shown.map((member) => memberLine(member, isWide)),
    ...more,
    ...reasons,
  ];
  return lines.slice(0, rows).map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line));
}

function worstFirst(members: readonly FleetMember[]): FleetMember[] {
  return [...members].sort((a, b) => ORDER.indexOf(a.health) - ORDER.indexOf(b.health));
}

function headLine(isWide: boolean): string {
  return cells('stream', 'health', 'fps', 'Mbit/s', 'frames', 'drop', 'loops', 'recon', 'read', isWide ? 'video' : '');
}

function memberLine({ name, health, fps, bitrateBps, loops, connection, server, video }: FleetMember, isWide: boolean) {
  return cells(
    name,
    health,
    fps === null ? '-' : fps.toFixed(1),
    bitrateBps === null ? '-' : (bitrateBps / 1e6).toFixed(2),
    String(connection.framesSent),
    String(connection.framesDropped),
    String(loops),
    String(connection.reconnects),
    server ? String(server.readers) : '-',
    isWide ? toPrintable(video) : '',
  );
}

function cells(name: string, health: string, ...figures: string[]): string {
  const video = figures.pop() ?? '';
  const widths = [5, 6, 8, 6, 5, 5, 4];
  const numbers = figures.map((figure, index) => figure.padStart(widths[index] ?? 0)).join('  ');
  const line = `  ${name.slice(0, NAME_COLUMNS).padEnd(NAME_COLUMNS)} ${health.padEnd(10)} ${numbers}`;
  return video === '' ? line : `${line}  ${video.slice(0, VIDEO_COLUMNS)}`;
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
