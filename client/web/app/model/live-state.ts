import type { ApiClient } from '../../../../shared/api/client-schema.js';
import type { ApiEvent } from '../../../../shared/api/event-schema.js';
import type { ApiFleet } from '../../../../shared/api/publisher-schema.js';
import type { ApiServer } from '../../../../shared/api/server-schema.js';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { type LatencyHistory, appendLatency, appendGap } from './latency-history.js';

/** Everything the page knows about the server at a moment; never changed, only replaced. */
export interface LiveState {
  readonly server: ApiServer | null;
  /** In the server's order. */
  readonly streams: readonly ApiStream[];
  readonly stats: ReadonlyMap<string, StreamStatistics>;
  readonly clients: readonly ApiClient[];
  /** Its publishers; null on a server that publishes no videos. */
  readonly fleet: ApiFleet | null;
  /** Latency of each stream since the page was opened. */
  readonly history: ReadonlyMap<string, LatencyHistory>;
}

export const EMPTY_STATE: LiveState = {
  server: null,
  streams: [],
  stats: new Map(),
  clients: [],
  fleet: null,
  history: new Map(),
};

/** The state after an event. */
export function applyEvent(state: LiveState, event: ApiEvent): LiveState {
  switch (event.type) {
    case 'snapshot':
      return {
        ...state,
        server: event.server,
        streams: event.streams,
        clients: event.clients,
        fleet: event.fleet,
        stats: onlyOf(state.stats, event.streams),
        // A snapshot tells that events were missed, so what was measured before does not go on without a gap.
        history: onlyOf(mapValues(state.history, appendGap), event.streams),
      };
    case 'stream':
      return applyStream(state, event.event, event.stream);
    case 'client':
      return { ...state, clients: applyClient(state.clients, event.event, event.client) };
    case 'stats':
      return {
        ...state,
        server: event.server,
        clients: event.clients,
        stats: new Map(event.streams.map((stats) => [stats.name, stats])),
        history: new Map(
          event.streams.map((stats) => [stats.name, appendLatency(state.history.get(stats.name) ?? [], stats)]),
        ),
      };
    case 'publishers':
      return { ...state, fleet: event };
  }
}

function applyStream(state: LiveState, event: string, stream: ApiStream): LiveState {
  const others = state.streams.filter(({ name }) => name !== stream.name);
  if (event === 'removed') {
    return { ...state, streams: others, stats: onlyOf(state.stats, others), history: onlyOf(state.history, others) };
  }
  const isKnown = others.length < state.streams.length;
  const streams = isKnown
    ? state.streams.map((known) => (known.name === stream.name ? stream : known))
    : [...state.streams, stream];
  return { ...state, streams };
}

function applyClient(clients: readonly ApiClient[], event: string, client: ApiClient): readonly ApiClient[] {
  const others = clients.filter(({ id }) => id !== client.id);
  return event === 'disconnected' ? others : [...others, client];
}

function onlyOf<T>(map: ReadonlyMap<string, T>, streams: readonly ApiStream[]): ReadonlyMap<string, T> {
  const names = new Set(streams.map(({ name }) => name));
  return new Map([...map].filter(([name]) => names.has(name)));
}

function mapValues<T>(map: ReadonlyMap<string, T>, change: (value: T) => T): ReadonlyMap<string, T> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
