import type { LatencyFigures, ProbeFigures, StreamSnapshot } from '../metrics/snapshot.js';
import { safeText } from '../ui/text.js';
import { formatDurationUs, formatWithError } from '../../shared/units.js';

type Path = StreamSnapshot & { readonly probe: ProbeFigures };

/** What a reader of a path's figures has to know, as whole sentences; none when all is well. */
export function notesOnPath(path: Path): string[] {
  return [
    ...notesOnState(path),
    ...(path.frames.received === 0 ? [] : [...notesOnTimes(path), ...notesOnPictures(path)]),
  ];
}

function notesOnState({ state, reason, frames, probe }: Path): string[] {
  const notes: string[] = [];
  if (state === 'frozen') notes.push('It shows the same picture still.');
  if (state === 'silent') notes.push('Nothing comes any more.');
  if (state === 'ended' && probe.endedAfterUs !== null)
    notes.push(`It came to its end after ${formatDurationUs(probe.endedAfterUs)}.`);
  if (state === 'offline') notes.push(safeText(reason ?? 'It is not connected.'));
  const down = formatDurationUs(probe.outageUs);
  if (probe.reconnects > 0) notes.push(`It was connected again ${times(probe.reconnects)}, after ${down} in all.`);
  else if (probe.outageUs > 0) notes.push(`It has been down for ${down}.`);
  if (frames.received === 0 && state !== 'offline') notes.push('Not one picture came.');
  return notes;
}

function notesOnTimes({ latencyUs, fps, probe }: Path): string[] {
  const { timeCode, statedLatencyUs, latencySource } = probe;
  const notes: string[] = [];
  if (timeCode.kind === 'media')
    notes.push(
      'Its time codes are places in a video made beforehand: they count pictures, but say nothing about latency.',
    );
  else if (latencyUs.count === 0)
    notes.push('Latency is unknown: its pictures carry no time code, and it states no time.');
  // The first one always counts as one that may have waited.
  if (probe.opening > 1)
    notes.push(`${pictures(probe.opening)} waited while FFmpeg opened the stream; they are not in the latency.`);
  const unread = timeCode.unread - timeCode.sinceLast;
  if (timeCode.read > 0 && unread > 0) notes.push(`The time code of ${pictures(unread)} could not be read.`);
  if (timeCode.sinceLast > 0)
    notes.push(
      `No time code in the last ${pictures(timeCode.sinceLast)}; of what was lost there the path itself tells.`,
    );
  if (timeCode.read > 0 && timeCode.undecoded > 0)
    notes.push(`${sentenceStart(pictures(timeCode.undecoded))} came too fast to be decoded here, and have no latency.`);
  if (statedLatencyUs && latencySource === 'time code') {
    const stated = formatWithError(statedLatencyUs.p50, statedLatencyUs.errorUs);
    notes.push(`By what the path states itself latency is p50 ${stated}.`);
    const apartUs = unexplainedUs(latencyUs, statedLatencyUs, fps.mean > 0 ? 1e6 / fps.mean : 0);
    if (apartUs > 0)
      notes.push(
        `The time code and the path contradict each other by ${formatDurationUs(apartUs)}: the clock that wrote the ` +
          'time codes is another one; give its server as --clock.',
      );
  }
  const { negative, min, errorUs } = latencyUs;
  if (negative > 0 && min !== null && -min > (errorUs ?? 0))
    notes.push(
      `Latency of ${pictures(negative)} is below zero, down to ${formatDurationUs(min)}: the clock that wrote the time ` +
        'codes is another one; give its server as --clock.',
    );
  return notes;
}

/** How far two medians are apart where neither their errors nor a picture more or less explain it, else 0. */
function unexplainedUs(one: LatencyFigures, other: LatencyFigures, periodUs: number): number {
  if (one.p50 === null || other.p50 === null) return 0;
  const apartUs = Math.abs(one.p50 - other.p50);
  return apartUs > (one.errorUs ?? 0) + (other.errorUs ?? 0) + periodUs ? apartUs : 0;
}

function notesOnPictures({ frames, probe }: Path): string[] {
  const { freezes, repeated, outOfOrder, resolutionChanges, mediaGaps, timeCode } = probe;
  const notes: string[] = [];
  if (freezes.count > 0)
    notes.push(
      `Nothing new was to be seen ${times(freezes.count)}, ${formatDurationUs(freezes.totalUs)} in all, at most ` +
        `${formatDurationUs(freezes.longestUs)}.`,
    );
  if (repeated > 0) notes.push(`${sentenceStart(pictures(repeated))} showed the same as the one before.`);
  if (outOfOrder > 0) notes.push(`${sentenceStart(pictures(outOfOrder))} came after a later one.`);
  if (frames.corrupt > 0) notes.push(`${sentenceStart(pictures(frames.corrupt))} could not be decoded as a whole.`);
  // Time codes count the same, and exactly.
  if (mediaGaps.count > 0 && (timeCode.kind === null || mediaGaps.frames !== frames.lost))
    notes.push(`Its time line leaps ${times(mediaGaps.count)}, over ${pictures(mediaGaps.frames)}.`);
  if (resolutionChanges > 0) notes.push(`Its size changed ${times(resolutionChanges)}.`);
  return notes;
}

function pictures(count: number): string {
  return count === 1 ? '1 picture' : `${count} pictures`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
