import type { ErrorCode } from '../../shared/errors.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { Channel } from './channel.js';
import type { WebSocketConnection } from './websocket-connection.js';

/** A WebSocket as a channel: every message of the protocol is one binary message. */
export class WebSocketChannel implements Channel {
  /** @param peer the client's address, which a proxy may have told */
  constructor(
    private readonly connection: WebSocketConnection,
    readonly peer: string,
  ) {}

  send(message: Buffer): void {
    this.connection.sendBinary(message);
  }

  sendFrame(frame: PublishedFrame, before: readonly Buffer[]): void {
    this.connection.sendBatch(before, frame.packetHeader, frame.jpeg);
  }

  backlogBytes(): number {
    return this.connection.backlogBytes;
  }

  end(lastMessage: Buffer | null, code: ErrorCode | null): void {
    if (lastMessage) this.connection.sendBinary(lastMessage);
    this.connection.close(code);
  }
}
