import type { ApiEvent } from '../../../../shared/api/event-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { healthOf } from './health.js';
import type { LiveState } from './live-state.js';

/** What a screen reader is told of an event: only what changes how a stream is; null for nothing. */
export function announcementOf(before: LiveState, event: ApiEvent): string | null {
  if (event.type !== 'stream') return null;
  const { stream } = event;
  if (event.event === 'removed') return `${stream.name} was removed.`;
  const known = before.streams.find(({ name }) => name === stream.name);
  if (known === undefined) return `${stream.name} was added.`;
  if (known.state !== stream.state) return stateSentence(stream);
  if (known.isRecording !== stream.isRecording) {
    return `Recording of ${stream.name} ${stream.isRecording ? 'started' : 'stopped'}.`;
  }
  return null;
}

function stateSentence({ name, state, reason }: ApiStream): string {
  const sentence = `${name}: ${healthOf(state).label.toLowerCase()}`;
  return reason === null ? `${sentence}.` : `${sentence}. ${reason.message}`;
}
