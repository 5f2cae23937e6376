import type { Role } from '../../shared/api/server-schema.js';
import type { Clock } from '../../shared/clock.js';
import type { ErrorCode } from '../../shared/errors.js';
import { TrafficLimit } from '../transports/traffic-limit.js';
import type { WebSocketConnection, WebSocketHandlers } from '../transports/websocket-connection.js';

/** An event for those who may see what a role may, as JSON in UTF-8. */
export type TextForRole = (role: Role) => Buffer;

/** What a listener needs of its surroundings. */
export interface ListenerParts {
  readonly connection: Pick<WebSocketConnection, 'backlogBytes' | 'sendText' | 'ping' | 'close'>;
  readonly role: Role;
  readonly clock: Clock;
  /** Everything there is. */
  readonly snapshot: TextForRole;
  readonly onClosed: (listener: EventListener) => void;
}

/** Who has not read more than this misses changes, and gets a new snapshot in their place when it has caught up. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** Nothing that a listener says means anything, so it may say little. */
const MAX_INBOUND_BYTES_PER_SECOND = 64 * 1024;

/**
 * One who listens to events. Pings tell how much it has read, since each is answered only after all that was sent before
 * it; so a slow one is behind by no more than its bound, wherever in between the bytes are kept.
 */
export class EventListener implements WebSocketHandlers {
  private readonly traffic: TrafficLimit;
  /** Bytes sent since the beginning, up to the end of the last figures, and up to where the listener has read. */
  private sentBytes = 0;
  private statsEndBytes = 0;
  private readBytes = 0;
  /** What `sentBytes` was at the ping that is not answered yet; null when all are. */
  private pingedBytes: number | null = null;
  private missesChanges = false;

  constructor(private readonly parts: ListenerParts) {
    this.traffic = new TrafficLimit(MAX_INBOUND_BYTES_PER_SECOND, parts.clock);
  }

  /** Sends everything there is. */
  sendSnapshot(): void {
    this.missesChanges = false;
    this.send(this.parts.snapshot);
  }

  /** Sends a change, or notes that it was missed. */
  offerChange(change: TextForRole): void {
    if (this.hasRoom()) this.send(change);
    else this.missesChanges = true;
  }

  /** Sends figures to who has read the last ones. */
  offerStats(...stats: readonly TextForRole[]): void {
    if (!this.hasRoom() || this.readBytes < this.statsEndBytes) return;
    for (const event of stats) this.send(event);
    this.statsEndBytes = this.sentBytes;
  }

  /** Says why and closes. */
  close(code: ErrorCode): void {
    this.parts.connection.close(code);
  }

  onBytes(lengthBytes: number): boolean {
    if (this.traffic.admits(lengthBytes)) return true;
    this.close('TOO_MANY_MESSAGES');
    return false;
  }

  onMessage(): void {
    // There is nothing to say to a stream of events.
  }

  onPong(label: string): void {
    if (this.pingedBytes === null || label !== String(this.pingedBytes)) return;
    this.readBytes = this.pingedBytes;
    this.pingedBytes = null;
    if (this.readBytes < this.sentBytes) this.ping();
    else if (this.missesChanges) this.sendSnapshot();
  }

  onDrain(): void {
    // What was missed waits until the listener has read the rest, which comes later than this.
  }

  onViolation(): void {
    // The connection is being closed, with the code that says why.
  }

  onClosed(): void {
    this.parts.onClosed(this);
  }

  private hasRoom(): boolean {
    const unreadBytes = Math.max(this.sentBytes - this.readBytes, this.parts.connection.backlogBytes);
    return !this.missesChanges && unreadBytes <= MAX_UNREAD_BYTES;
  }

  private send(event: TextForRole): void {
    const text = event(this.parts.role);
    this.parts.connection.sendText(text);
    this.sentBytes += text.length;
    if (this.pingedBytes === null) this.ping();
  }

  private ping(): void {
    this.pingedBytes = this.sentBytes;
    this.parts.connection.ping(String(this.sentBytes));
  }
}
