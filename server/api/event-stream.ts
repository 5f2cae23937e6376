import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Role } from '../../shared/api/server-schema.js';
import { WebSocketServer } from '../transports/websocket-server.js';
import { EventFeed } from './event-feed.js';
import type { EventParts } from './event-feed.js';
import { EventListener } from './event-listener.js';

/** Listeners are people with a page open, not an audience. */
const MAX_LISTENERS = 128;
const MAX_MESSAGE_BYTES = 4096;

/** `WS /api/events`: what happens, as JSON, over WebSocket to everybody who listens. */
export class EventStream {
  private readonly server: WebSocketServer;
  private readonly feed: EventFeed;

  constructor(private readonly parts: EventParts) {
    this.server = new WebSocketServer({ maxMessageBytes: MAX_MESSAGE_BYTES, clock: parts.clock });
    this.feed = new EventFeed(parts);
  }

  /** Whether nobody more should be let in. */
  get isFull(): boolean {
    return this.feed.count >= MAX_LISTENERS;
  }

  /** Takes over an HTTP request to upgrade, of somebody who may see what `role` may. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, role: Role): void {
    const { clock } = this.parts;
    const snapshot = (of: Role) => this.feed.snapshot(of);
    const onClosed = (listener: EventListener) => this.feed.remove(listener);
    this.server.accept(request, socket, head, (connection) => {
      const listener = new EventListener({ connection, role, clock, snapshot, onClosed });
      this.feed.add(listener);
      return listener;
    });
  }

  /** Ends the connections of all listeners; resolves when they are gone. */
  async close(): Promise<void> {
    const closed = this.server.close();
    for (const listener of this.feed.list()) listener.close('SERVER_CLOSING');
    await closed;
  }
}
