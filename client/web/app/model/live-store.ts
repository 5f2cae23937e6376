import type { ApiEvent } from '../../../../shared/api/event-schema.js';
import type { ServerApi } from './api-client.js';
import { Announcer } from './announcer.js';
import { EventsConnection, type EventsStatus } from './events-connection.js';
import { EMPTY_STATE, type LiveState, applyEvent } from './live-state.js';

/** What the page shows: the state, how the connection is, and what was last told to screen readers. */
export interface LiveView extends LiveState {
  readonly status: EventsStatus;
  readonly announcement: string;
  /** When the server last told something, milliseconds since the epoch; null before it did. */
  readonly heardAtMs: number | null;
}

/** Keeps what the server tells, and tells the page when something changed (React's `useSyncExternalStore`). */
export class LiveStore {
  private readonly listeners = new Set<() => void>();
  private readonly announcer = new Announcer();
  private connection: EventsConnection | null = null;
  private view: LiveView = { ...EMPTY_STATE, status: { kind: 'connecting' }, announcement: '', heardAtMs: null };

  constructor(private readonly api: ServerApi) {}

  readonly current = (): LiveView => this.view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  open(): void {
    this.close();
    this.connection = new EventsConnection({
      api: this.api,
      onEvent: (event) => this.apply(event),
      onStatus: (status) => this.replace({ ...this.view, status }),
    });
    void this.connection.open();
  }

  close(): void {
    this.connection?.close();
    this.connection = null;
  }

  private apply(event: ApiEvent): void {
    const announcement = this.announcer.announce(this.view, event) ?? this.view.announcement;
    this.replace({ ...this.view, ...applyEvent(this.view, event), announcement, heardAtMs: Date.now() });
  }

  private replace(view: LiveView): void {
    this.view = view;
    for (const listener of this.listeners) listener();
  }
}
