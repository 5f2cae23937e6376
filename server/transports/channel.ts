import type { ErrorCode } from '../../shared/errors.js';
import type { PublishedFrame } from '../hub/frame.js';

/**
 * The road between a protocol session and one peer: TCP or WebSocket. A session writes whole messages to it and asks it
 * how much is stuck; it never sees a socket.
 */
export interface Channel {
  /** The peer's address for logs, such as `127.0.0.1:51234`. */
  readonly peer: string;
  /** Writes a whole message. */
  send(message: Buffer): void;
  /** Writes `before` (messages that belong before it) and the frame, as one write. */
  sendFrame(frame: PublishedFrame, before: readonly Buffer[]): void;
  /** Bytes that this process still holds because the kernel takes no more. */
  backlogBytes(): number;
  /**
   * Sends a last message and closes once it is out, or after a moment when the peer does not read. `code` is why, for
   * roads that can also say so by themselves; null where the peer asked for it.
   */
  end(lastMessage: Buffer | null, code: ErrorCode | null): void;
}
