import type { ApiEvent } from '../../shared/api/event-schema.js';
import type { Role } from '../../shared/api/server-schema.js';
import type { ApiStream } from '../../shared/api/stream-schema.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamChange } from '../../shared/protocol/messages.js';
import type { ClientRecord, ClientRegistry } from '../clients.js';
import type { Hub } from '../hub/hub.js';
import type { EventListener, TextForRole } from './event-listener.js';
import { withoutCounts } from './publishing-view.js';
import { shownReason } from './stream-view.js';
import type { ApiViews } from './views.js';

/** What events are made of. */
export interface EventParts {
  readonly views: Pick<ApiViews, 'server' | 'streams' | 'stream' | 'stats' | 'clients' | 'client' | 'fleet'>;
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly clock: Clock;
}

const STATS_INTERVAL_US = 1_000_000;

/**
 * Tells listeners what happens. What is the same for all of one role is made once for them, and nothing is made while
 * nobody listens.
 */
export class EventFeed {
  private readonly listeners = new Set<EventListener>();
  /** What listeners know of each stream. */
  private readonly known = new Map<string, { readonly view: ApiStream; readonly json: string }>();
  /** Changes of this moment. */
  private readonly changes: (() => void)[] = [];
  private stopWatching: () => void = () => undefined;
  private cancelTick: CancelTimer = () => undefined;

  constructor(private readonly parts: EventParts) {}

  get count(): number {
    return this.listeners.size;
  }

  /** Adds a listener, which gets a snapshot and then what changes. */
  add(listener: EventListener): void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.start();
    listener.sendSnapshot();
  }

  remove(listener: EventListener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0) this.stop();
  }

  list(): readonly EventListener[] {
    return [...this.listeners];
  }

  /** Everything there is. */
  snapshot(role: Role): Buffer {
    const { views } = this.parts;
    const server = views.server(role);
    const clients = views.clients(role);
    return encode({ type: 'snapshot', server, streams: views.streams(), clients, fleet: views.fleet() });
  }

  private start(): void {
    const { hub, clients, views } = this.parts;
    for (const view of views.streams()) this.learn(view);
    const stopHub = hub.onChange((change) => this.later(() => this.onStreamChange(change)));
    const stopClients = clients.observe({
      onConnected: (client) => this.later(() => this.onClient('connected', client)),
      onDisconnected: (client) => this.later(() => this.onClient('disconnected', client)),
    });
    this.stopWatching = () => {
      stopHub();
      stopClients();
    };
    this.scheduleTick();
  }

  private stop(): void {
    this.stopWatching();
    this.cancelTick();
    this.known.clear();
    this.changes.length = 0;
  }

  private scheduleTick(): void {
    this.cancelTick = this.parts.clock.schedule(STATS_INTERVAL_US, () => {
      this.tellStats();
      this.tellUnannounced();
      this.scheduleTick();
    });
  }

  /** A stream is announced before it can be looked at, and a client before it watches anything: both are done then. */
  private later(tell: () => void): void {
    this.changes.push(tell);
    if (this.changes.length === 1) queueMicrotask(() => this.tellChanges());
  }

  private tellChanges(): void {
    for (const tell of this.changes.splice(0)) tell();
  }

  private onStreamChange(change: StreamChange): void {
    const { event } = change;
    const { name, state } = change.stream;
    // A stream that was removed cannot be looked at any more, and another one may have its name already.
    const view = (event === 'removed' ? null : this.parts.views.stream(name)) ?? this.known.get(name)?.view;
    if (!view) return;
    const stream: ApiStream = { ...view, state, reason: change.reason ? shownReason(change.reason) : null };
    if (event === 'removed') this.known.delete(name);
    else this.learn(stream);
    this.tell(() => ({ type: 'stream', event, stream }));
  }

  private onClient(event: 'connected' | 'disconnected', client: ClientRecord): void {
    this.tell((role) => ({ type: 'client', event, client: this.parts.views.client(client, role) }));
  }

  /** Settings, recordings and viewers change without a word. */
  private tellUnannounced(): void {
    for (const stream of this.parts.views.streams()) {
      const event = this.known.has(stream.name) ? 'changed' : 'appeared';
      if (this.learn(stream)) this.tell(() => ({ type: 'stream', event, stream }));
    }
  }

  /** Notes what listeners are told of a stream; false when it is no news. */
  private learn(view: ApiStream): boolean {
    const json = JSON.stringify(withoutCounts(view));
    if (this.known.get(view.name)?.json === json) return false;
    this.known.set(view.name, { view, json });
    return true;
  }

  private tell(eventFor: (role: Role) => ApiEvent): void {
    const change = onceForEachRole(eventFor);
    for (const listener of this.listeners) listener.offerChange(change);
  }

  private tellStats(): void {
    const { hub, views } = this.parts;
    const stats = onceForEachRole((role) => {
      const streams = hub.list().flatMap(({ name }) => views.stats(name) ?? []);
      return { type: 'stats', server: views.server(role), streams, clients: views.clients(role) };
    });
    const fleet = views.fleet();
    const publishers = fleet && onceForEachRole(() => ({ type: 'publishers', ...fleet }));
    for (const listener of this.listeners) listener.offerStats(stats, ...(publishers ? [publishers] : []));
  }
}

function onceForEachRole(eventFor: (role: Role) => ApiEvent): TextForRole {
  const texts = new Map<Role, Buffer>();
  return (role) => {
    let text = texts.get(role);
    if (!text) texts.set(role, (text = encode(eventFor(role))));
    return text;
  };
}

function encode(event: ApiEvent): Buffer {
  return Buffer.from(JSON.stringify(event));
}
