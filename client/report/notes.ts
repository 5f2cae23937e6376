import { TIME_SOURCES } from '../../shared/protocol/messages.js';
import type { ShownState, StreamSnapshot } from '../metrics/snapshot.js';
import { formatDurationUs } from '../../shared/units.js';
import { safeText } from '../ui/text.js';

const STATE_WORDS: Readonly<Record<ShownState, string>> = {
  idle: 'is idle',
  connecting: 'is being connected',
  live: 'is live',
  degraded: 'is degraded',
  silent: 'is silent',
  frozen: 'is frozen',
  'clock-jump': 'has a clock that leapt',
  offline: 'is offline',
  ended: 'has ended',
  removed: 'was removed',
};

/** What a reader of the stream's figures has to know, as whole sentences; none when all is well. */
export function notesOn(stream: StreamSnapshot): string[] {
  const { state, reason, frames } = stream;
  const notes: string[] = [];
  if (state !== 'live')
    notes.push(`The stream ${STATE_WORDS[state]}${reason === null ? '.' : `: ${safeText(reason)}`}`);
  if (frames.received === 0) return [...notes, 'No frame came, so nothing was measured.'];
  const missing = frames.lost + frames.skipped;
  if (missing > 0) notes.push(`Latency says nothing about ${frameCount(missing)} that did not come; age does.`);
  return [...notes, ...notesOnTimes(stream), ...notesOnClock(stream)];
}

function notesOnTimes({ timeSources }: StreamSnapshot): string[] {
  const used = TIME_SOURCES.filter((source) => timeSources[source] > 0);
  if (used.length < 2) return [];
  const counts = used.map((source) => `${source} (${frameCount(timeSources[source])})`);
  return [`Capture times are of more than one kind: ${counts.join(', ')}.`];
}

function notesOnClock({ frames, latencyUs }: StreamSnapshot): string[] {
  const { count, negative, min, errorUs } = latencyUs;
  if (count === 0) return ["Latency and network time are unknown, because the server's clock is."];
  const notes: string[] = [];
  const unknown = frames.received - count;
  if (unknown > 0) notes.push(`Latency of ${frameCount(unknown)} is unknown: no clock estimate held for them.`);
  if (negative > 0 && min !== null && errorUs !== null) {
    const explained = -min <= errorUs;
    notes.push(
      explained
        ? `Latency of ${frameCount(negative)} is below zero, which the error of the clocks explains.`
        : `Latency of ${frameCount(negative)} is below zero, down to ${formatDurationUs(min)}: more than the error of ` +
            'the clocks explains. A clock stepped, or the capture times are wrong.',
    );
  }
  return notes;
}

function frameCount(count: number): string {
  return count === 1 ? '1 frame' : `${count} frames`;
}
