import type { Duplex } from 'node:stream';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { ErrorCode, StreamerError } from '../../shared/errors.js';
import { SocketBacklog } from './socket-backlog.js';

/** What a connection needs of the library's WebSocket. */
export interface RawWebSocket {
  readonly readyState: number;
  readonly OPEN: number;
  send(data: Buffer, options: { binary: boolean }): void;
  ping(data?: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** What happens on a WebSocket; called synchronously, must not throw. */
export interface WebSocketHandlers {
  /** Bytes came, control frames and what belongs to WebSocket counted; false when no more of them are wanted. */
  onBytes(lengthBytes: number): boolean;
  onMessage(message: Buffer, isBinary: boolean): void;
  /** The peer answered the ping with this label. */
  onPong?(label: string): void;
  /** All that was written is out, and the socket takes bytes again. */
  onDrain(): void;
  /** The peer broke the rules of WebSocket (RFC 6455); the connection is being closed for it. */
  onViolation(error: StreamerError): void;
  onClosed(): void;
}

/** Often enough for proxies, which commonly end what was silent for a minute. */
const PING_INTERVAL_US = 20_000_000;
/** Who did not send a byte, not even the answer to a ping, for so long is gone. */
const DEAD_AFTER_US = 60_000_000;

/** Close codes (RFC 6455, section 7.4.1) where 1008, a policy that was violated, does not say it best. */
const CLOSE_CODES: Partial<Record<ErrorCode, number>> = {
  CLIENT_CLOSING: 1000,
  STREAMS_ENDED: 1000,
  SERVER_CLOSING: 1001,
  MESSAGE_TOO_LONG: 1009,
  INTERNAL: 1011,
  SERVER_FULL: 1013,
};

/** The close code for an error code; null is a normal end. */
export function closeCodeOf(code: ErrorCode | null): number {
  return code === null ? 1000 : (CLOSE_CODES[code] ?? 1008);
}

/** One WebSocket that was accepted: whole messages go in, and pings keep it open and show when the peer is gone. */
export class WebSocketConnection {
  private readonly backlog: SocketBacklog;
  private lastHeardUs: number;
  private cancelPing: CancelTimer;

  /** @param raw a WebSocket without extensions, which keeps nothing back but in its socket */
  constructor(
    private readonly raw: RawWebSocket,
    private readonly socket: Duplex,
    private readonly clock: Clock,
  ) {
    this.backlog = new SocketBacklog(socket);
    this.lastHeardUs = clock.nowUs();
    this.cancelPing = this.schedulePing();
  }

  /** Bytes that this process holds because the kernel takes no more. */
  get backlogBytes(): number {
    return this.backlog.bytes;
  }

  sendBinary(message: Buffer): void {
    this.write(() => this.raw.send(message, BINARY));
  }

  /** `text` is UTF-8. */
  sendText(text: Buffer): void {
    this.write(() => this.raw.send(text, TEXT));
  }

  /**
   * Sends the messages `before` and one more, all with one write. The bytes of the last one are `begin`, which has the
   * head of its WebSocket frame, and `rest`: both are shared by many connections, and neither is copied for one. The
   * library can send a message of two parts only as two fragments, with heads of their own for each client, which was
   * measured to cost the server 13 % more and receivers that join them 20 %.
   */
  sendBatch(before: readonly Buffer[], begin: Buffer, rest: Buffer): void {
    if (this.raw.readyState !== this.raw.OPEN) return;
    this.write(() => {
      // Without extensions the library writes at once, so that nothing of it can come between.
      for (const message of before) this.raw.send(message, BINARY);
      this.socket.write(begin);
      this.socket.write(rest);
    });
  }

  /** Asks the peer for an answer, which comes after it has read all that was sent before. */
  ping(label: string): void {
    this.write(() => this.raw.ping(label));
  }

  /** Says why and closes, after what was sent before; a peer that does not answer is cut off after a moment. */
  close(code: ErrorCode | null): void {
    this.raw.close(closeCodeOf(code), code ?? '');
  }

  /** Cuts the connection. */
  terminate(): void {
    this.raw.terminate();
  }

  /** Notes that bytes came. */
  noteHeard(): void {
    this.lastHeardUs = this.clock.nowUs();
  }

  /** Notes that the connection is closed. */
  noteClosed(): void {
    this.cancelPing();
  }

  /** What is written in `send` goes out together. */
  private write(send: () => void): void {
    const heldBytes = this.socket.writableLength;
    this.socket.cork();
    send();
    this.backlog.noteWritten(this.socket.writableLength - heldBytes);
    this.socket.uncork();
  }

  private schedulePing(): CancelTimer {
    return this.clock.schedule(PING_INTERVAL_US, () => this.keepAlive());
  }

  private keepAlive(): void {
    if (this.clock.nowUs() - this.lastHeardUs >= DEAD_AFTER_US) {
      this.raw.terminate();
      return;
    }
    this.write(() => this.raw.ping());
    this.cancelPing = this.schedulePing();
  }
}

const TEXT = { binary: false };
const BINARY = { binary: true };
