import type { Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import type { Glyphs } from './glyphs.js';
import type { Paint, Role } from './paint.js';
import { longestFitting, safeText, shortened } from './text.js';
import { nothingText, pictureText, sinceText, stateText } from './stream-words.js';
import { formatDurationUs, formatElapsedMs, formatWithError } from '../../shared/units.js';

/** The keys of the dashboard, as they are listed on the screen. */
export const KEYS = [
  ['q', 'quit'],
  ['p', 'pause'],
  ['r', 'reset'],
  ['n', 'next stream'],
  ['s', 'snapshot to file'],
  ['v', 'live picture'],
] as const;

const STATE_ROLES = { connecting: 'p99', connected: 'good', reconnecting: 'bad', closed: 'bad' } as const;

/** Between the parts of the status line. */
const GAP = '  ';

/** What the screen shows beside the figures. */
export interface View {
  readonly paused: boolean;
  readonly picture: boolean;
  /** Whether there are pictures to show at all. */
  readonly hasPictures: boolean;
}

/** The top line: what runs, with which server, how the connection is, for how long; at the right the stream. */
export function statusLine(
  title: string,
  snapshot: Snapshot,
  selected: number,
  view: View,
  columns: number,
  glyphs: Glyphs,
  paint: Paint,
): string {
  const { state } = snapshot;
  const before: Part[] = [{ text: title, role: 'strong' }];
  const after: Part[] = [
    { text: state, role: STATE_ROLES[state] },
    { text: formatElapsedMs(snapshot.durationMs) },
    ...(view.paused ? [{ text: 'PAUSED', role: 'bad' } as const] : []),
  ];
  const serverColumns = columns - widthOf([...before, { text: '' }, ...after]);
  const left = [...before, { text: shortened(safeText(snapshot.server), serverColumns, glyphs) }, ...after];
  const room = columns - widthOf(left) - 1;
  const stream = longestFitting([...streamTexts(snapshot, selected), ''], room - GAP.length);
  const painted = left.map(({ text, role }: Part) => (role ? paint(text, role) : text)).join(GAP);
  return ` ${painted}${' '.repeat(Math.max(0, room - stream.length))}${stream}`;
}

interface Part {
  readonly text: string;
  readonly role?: Role;
}

function widthOf(parts: readonly Part[]): number {
  return ` ${parts.map(({ text }) => text).join(GAP)}`.length;
}

/** The selected stream's most important figures in words; `rest` and `since` are empty while there are none. */
export interface Headline {
  /** The median with its error. */
  readonly p50: string;
  /** p99 and maximum. */
  readonly rest: string;
  /** From when on the newest frame's latency counts. */
  readonly since: string;
}

/** The line of the headline. */
export function headline(stream: StreamSnapshot | null): Headline {
  if (!stream || stream.latencyUs.p50 === null) return { p50: nothingText(stream), rest: '', since: '' };
  const { p50, p99, max, errorUs } = stream.latencyUs;
  return {
    p50: formatWithError(p50, errorUs),
    rest: `p99 ${formatDurationUs(p99)}   max ${formatDurationUs(max)}`,
    since: sinceText(stream),
  };
}

/** What is wrong, or the server's last words; empty when there is nothing to say. Connection first, then stream. */
export function messageLine(snapshot: Snapshot, stream: StreamSnapshot | null): string {
  if (snapshot.state !== 'connected' && snapshot.notice) return safeText(snapshot.notice);
  if (stream && stream.state !== 'live') return `${safeText(stream.name)} ${stateText(stream)}`;
  return snapshot.notice ? safeText(snapshot.notice) : '';
}

/** The list of keys, with less space between them and shorter names where it must be. */
export function keyLine(view: View, columns: number, paint: Paint): string {
  const keys = KEYS.filter(([key]) => key !== 'v' || view.hasPictures);
  const long = keys.map(([key, name]) => [key, nameIn(key, name, view)] as const);
  const short = long.map(([key, name]) => [key, name.split(' ')[0] ?? ''] as const);
  const width = (names: typeof long, gap: number): number =>
    names.reduce((sum, [key, name]) => sum + key.length + 1 + name.length, 1) + gap * (names.length - 1);
  const variants = [long, short].flatMap((names) => [3, 2, 1].map((gap) => ({ names, gap })));
  const { names, gap } = variants.find((variant) => width(variant.names, variant.gap) <= columns) ?? {
    names: short,
    gap: 1,
  };
  return ` ${names.map(([key, name]) => `${paint(key, 'strong')} ${name}`).join(' '.repeat(gap))}`;
}

function nameIn(key: string, name: string, view: View): string {
  if (key === 'p' && view.paused) return 'resume';
  return key === 'v' && view.picture ? 'figures' : name;
}

function streamTexts(snapshot: Snapshot, selected: number): string[] {
  const stream = snapshot.streams[selected];
  if (!stream) return ['no stream'];
  const place = snapshot.streams.length > 1 ? ` (${selected + 1} of ${snapshot.streams.length})` : '';
  const name = safeText(stream.name);
  const shortName = name.length > 16 ? `${name.slice(0, 13)}...` : name;
  const picture = pictureText(stream);
  const pictures = picture === '' ? [] : [`${picture}, ${stream.probe?.codec ?? stream.encoding.mode}`, picture];
  return [...pictures.map((text) => `${name} ${text}${place}`), `${name}${place}`, `${shortName}${place}`, shortName];
}
