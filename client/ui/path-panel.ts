import type { ProbeFigures, StreamSnapshot, TimeCodeFigures } from '../metrics/snapshot.js';
import { formatCount, formatDurationUs, formatWithError } from '../../shared/units.js';
import type { Glyphs } from './glyphs.js';
import type { Paint } from './paint.js';
import { safeText, shortened } from './text.js';

const LABEL_COLUMNS = 13;

/** What a probe knows of a path, the most important first, in lines of at most `columns` cells. */
export function pathLines(
  { frames }: StreamSnapshot,
  probe: ProbeFigures,
  columns: number,
  glyphs: Glyphs,
  paint: Paint,
): string[] {
  const { timeCode, statedLatencyUs, freezes, arrivalGaps, mediaGaps } = probe;
  const line = (label: string, text: string, isBad = false): string => {
    const shown = shortened(text, Math.max(0, columns - LABEL_COLUMNS), glyphs);
    return label.padEnd(LABEL_COLUMNS) + (isBad ? paint(shown, 'bad') : shown);
  };
  return [
    line('url', safeText(probe.url)),
    line('measured by', probe.latencySource ?? 'nothing: no capture time'),
    ...(statedLatencyUs
      ? [line('path states', `p50 ${formatWithError(statedLatencyUs.p50, statedLatencyUs.errorUs)}`)]
      : []),
    line('first frame', formatDurationUs(probe.firstFrameUs)),
    line('freezes', episodesText(freezes.count, freezes.totalUs, freezes.longestUs), freezes.count > 0),
    line('gaps', episodesText(arrivalGaps.count, arrivalGaps.totalUs, arrivalGaps.longestUs)),
    line(
      'time line',
      mediaGaps.count === 0
        ? 'no leap'
        : `leaps ${formatCount(mediaGaps.count)}, over ${formatCount(mediaGaps.frames)}`,
    ),
    line('outages', `${formatCount(probe.reconnects)} over, ${formatDurationUs(probe.outageUs)}`, probe.outageUs > 0),
    line('repeated', `${formatCount(probe.repeated)}, out of order ${formatCount(probe.outOfOrder)}`),
    line('time code', codeText(timeCode, frames.received)),
    line('size changes', formatCount(probe.resolutionChanges)),
    ...probe.delays.map((delay, index) => line(index === 0 ? 'latency has' : '', safeText(delay))),
  ];
}

function episodesText(count: number, totalUs: number, longestUs: number): string {
  if (count === 0) return 'none';
  return `${formatCount(count)}, longest ${formatDurationUs(longestUs)}, in all ${formatDurationUs(totalUs)}`;
}

function codeText({ kind, read, unread, undecoded }: TimeCodeFigures, received: number): string {
  if (kind === null) return received > 0 ? 'none seen' : '-';
  const missed = unread + undecoded;
  return `${kind}, read in ${formatCount(read)}${missed > 0 ? `, not in ${formatCount(missed)}` : ''}`;
}
