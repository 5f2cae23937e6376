import type { ErrorCode } from '../../shared/errors.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { Channel } from './channel.js';
import type { WebSocketConnection } from './websocket-connection.js';
import { beginBinaryFrame } from './websocket-frame.js';

/** What comes before the JPEG of each frame that is on its way; the same for all clients. */
const begins = new WeakMap<PublishedFrame, Buffer>();

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
    this.connection.sendBatch(before, beginOf(frame), frame.jpeg);
  }

  backlogBytes(): number {
    return this.connection.backlogBytes;
  }

  end(lastMessage: Buffer | null, code: ErrorCode | null): void {
    if (lastMessage) this.connection.sendBinary(lastMessage);
    this.connection.close(code);
  }
}

function beginOf(frame: PublishedFrame): Buffer {
  let begin = begins.get(frame);
  if (!begin) {
    const { packetHeader, jpeg } = frame;
    begin = beginBinaryFrame(packetHeader.length + jpeg.length, packetHeader);
    begins.set(frame, begin);
  }
  return begin;
}
