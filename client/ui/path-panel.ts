import type { Episodes, ProbeFigures, StreamSnapshot, TimeCodeFigures } from '../metrics/snapshot.js';
import { formatCount, formatDurationUs, formatWithError } from '../../shared/units.js';
import type { Glyphs } from './glyphs.js';
import type { Paint } from './paint.js';
import { safeText, shortened } from './text.js';

const LABEL_COLUMNS = 13;

/** What a probe knows of a path, the most important first, in lines of at most `columns` cells. */
export function pathLines(
  stream: StreamSnapshot,
  probe: ProbeFigures,
  columns: number,
  glyphs: Glyphs,
  paint: Paint,
): string[] {
  const { timeCode, statedLatencyUs, freezes, arrivalGaps, mediaGaps } = probe;
  // Of several texts the first that fits.
  const line = (label: string, texts: string | readonly [string, string], isBad = false): string => {
    const room = Math.max(0, columns - LABEL_COLUMNS);
    const [long, short] = typeof texts === 'string' ? [texts, texts] : texts;
    const shown = shortened(long.length <= room ? long : short, room, glyphs);
    return label.padEnd(LABEL_COLUMNS) + (isBad ? paint(shown, 'bad') : shown);
  };
  const [firstDelay = 'no decoding', ...delays] = probe.delays;
  return [
    line('measured by', probe.latencySource ?? ['nothing: no capture time', 'nothing']),
    ...(statedLatencyUs
      ? [line('path states', statedTexts(formatWithError(statedLatencyUs.p50, statedLatencyUs.errorUs)))]
      : []),
    line('outages', outagesText(stream.state === 'offline', probe), probe.outageUs > 0),
    line('freezes', episodesTexts(freezes), freezes.count > 0),
    line('gaps', episodesTexts(arrivalGaps)),
    line('time code', codeTexts(timeCode, stream.frames.received)),
    line('first frame', formatDurationUs(probe.firstFrameUs)),
    line('time line', mediaGaps.count === 0 ? 'no leap' : leapsText(mediaGaps)),
    line('repeated', `${formatCount(probe.repeated)}, out of order ${formatCount(probe.outOfOrder)}`),
    line('latency has', safeText(firstDelay)),
    ...delays.map((delay) => line('', safeText(delay))),
    line('url', safeText(probe.url)),
    line('size changes', formatCount(probe.resolutionChanges)),
  ];
}

function statedTexts(p50: string): readonly [string, string] {
  return [`p50 ${p50}`, p50];
}

/** The outages that are over, and one that is not. */
function outagesText(isDown: boolean, { reconnects, outageUs }: ProbeFigures): string {
  if (outageUs === 0) return 'none';
  const now = isDown ? ['1 now'] : [];
  const counts = [...(reconnects > 0 ? [formatCount(reconnects)] : []), ...now].join(' and ');
  return `${counts}, ${formatDurationUs(outageUs)}`;
}

function episodesTexts({ count, totalUs, longestUs }: Episodes): string | readonly [string, string] {
  if (count === 0) return 'none';
  const longest = `longest ${formatDurationUs(longestUs)}`;
  return [`${formatCount(count)}, ${formatDurationUs(totalUs)}, ${longest}`, `${formatCount(count)}, ${longest}`];
}

function leapsText({ count, frames }: ProbeFigures['mediaGaps']): string {
  return `${formatCount(count)} ${count === 1 ? 'leap' : 'leaps'}, ${formatCount(frames)} ${frames === 1 ? 'picture' : 'pictures'}`;
}

function codeTexts(
  { kind, read, unread, undecoded }: TimeCodeFigures,
  received: number,
): string | readonly [string, string] {
  if (kind === null) return received > 0 ? 'none seen' : '-';
  const missed = unread + undecoded;
  return [
    `${kind}, read in ${formatCount(read)}${missed > 0 ? `, not in ${formatCount(missed)}` : ''}`,
    `${kind} in ${formatCount(read)}`,
  ];
}
