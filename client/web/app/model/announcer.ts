import type { ApiEvent } from '../../../../shared/api/event-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import type { StreamState } from '../../../../shared/protocol/messages.js';
import { healthOf } from './health.js';
import type { LiveState } from './live-state.js';

/** Decides what a screen reader is told: only what changes how a stream is, and once. */
export class Announcer {
  /** The state in which each stream was left, for who listens. */
  private readonly told = new Map<string, StreamState>();

  /** A sentence about an event that follows on `before`; null for nothing. */
  announce(before: LiveState, event: ApiEvent): string | null {
    if (event.type === 'snapshot') {
      this.told.clear();
      for (const { name, state } of event.streams) this.told.set(name, state);
    }
    if (event.type !== 'stream') return null;
    const { stream } = event;
    if (event.event === 'removed') {
      this.told.delete(stream.name);
      return `${stream.name} was removed.`;
    }
    const known = before.streams.find(({ name }) => name === stream.name);
    if (known === undefined) {
      this.told.set(stream.name, stream.state);
      return `${stream.name} was added.`;
    }
    if (this.isNews(stream)) return stateSentence(stream);
    if (known.isRecording === stream.isRecording) return null;
    return `Recording of ${stream.name} ${stream.isRecording ? 'started' : 'stopped'}.`;
  }

  /** A source that is away is tried again every few seconds: that it is, and fails, is no news. */
  private isNews({ name, state }: ApiStream): boolean {
    if (state === 'connecting' || state === this.told.get(name)) return false;
    this.told.set(name, state);
    return true;
  }
}

function stateSentence({ name, state, reason }: ApiStream): string {
  const sentence = `${name}: ${healthOf(state).label.toLowerCase()}`;
  return reason === null ? `${sentence}.` : `${sentence}. ${reason.message}`;
}
