import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import { MAX_BODY_BYTES, MAX_UNKNOWN_BODY_BYTES, MessageType, PREFIX_BYTES } from '../../shared/protocol/messages.js';
import type { Hello, Message } from '../../shared/protocol/messages.js';
import { SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import type { SessionContext } from './protocol-session.js';
import { ProtocolSessions } from './protocol-sessions.js';
import { WebSocketChannel } from './websocket-channel.js';
import type { WebSocketConnection, WebSocketHandlers } from './websocket-connection.js';
import { WebSocketServer } from './websocket-server.js';

/** What is known of a request for a WebSocket. */
export interface WebSocketRequest {
  /** The stream that its URL names; null where it names none. */
  readonly stream: string | null;
  /** Whether the request itself showed the right to watch; else the token in HELLO has to. */
  readonly isAuthorized: boolean;
  /** The client's address, for logs and the list of clients. */
  readonly peer: string;
}

/** The longest message that any client may send. */
const MAX_MESSAGE_BYTES =
  PREFIX_BYTES + Math.max(MAX_UNKNOWN_BODY_BYTES, ...[...SERVER_ACCEPTS].map((type) => MAX_BODY_BYTES[type]));

/** The protocol over WebSocket, each of its messages in one binary message. */
export class WebSocketTransport {
  private readonly server: WebSocketServer;
  private readonly sessions: ProtocolSessions;

  constructor(context: SessionContext) {
    this.server = new WebSocketServer({ maxMessageBytes: MAX_MESSAGE_BYTES, clock: context.clock });
    this.sessions = new ProtocolSessions(context);
  }

  /** Takes over an HTTP request to upgrade, which becomes a session or is refused. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, asked: WebSocketRequest): void {
    this.server.accept(request, socket, head, (connection) => this.open(connection, asked));
  }

  /** Says goodbye to every client; resolves when all connections are gone. */
  async close(code: ErrorCode, message: string): Promise<void> {
    const closed = this.server.close();
    this.sessions.close(code, message);
    await closed;
  }

  private open(connection: WebSocketConnection, { stream, isAuthorized, peer }: WebSocketRequest): WebSocketHandlers {
    const { session, push } = this.sessions.open({
      channel: new WebSocketChannel(connection, peer),
      cut: () => connection.terminate(),
      ...(isAuthorized && { checkToken: () => 'view' as const }),
      ...(stream !== null && { adapt: (message: Message) => toStream(message, stream) }),
    });
    return {
      onBytes: (lengthBytes) => session.onBytes(lengthBytes),
      onMessage: (message, isBinary) => {
        const violation = violationOf(message, isBinary);
        if (violation === null) push(message);
        else session.onProtocolError(new StreamerError('BAD_MESSAGE', violation));
      },
      onDrain: () => session.onDrain(),
      onViolation: (error) => session.onProtocolError(error),
      onClosed: () => session.onDisconnect(),
    };
  }
}

/** What is wrong with a WebSocket message that should be exactly one message of the protocol; null when it is. */
function violationOf(message: Buffer, isBinary: boolean): string | null {
  if (!isBinary) return 'A text message came; every message of the protocol is a binary message.';
  if (message.length < PREFIX_BYTES) return `A WebSocket message has ${message.length} bytes, less than a prefix.`;
  const named = message.readUInt32BE(0) + 4;
  if (named === message.length) return null;
  return `A WebSocket message has ${message.length} bytes and should, by its prefix, have ${named}; send exactly one message in each.`;
}

/** On the URL of a stream a HELLO asks for that one, as far as it does not name others. */
function toStream(message: Message, stream: string): Message {
  if (message.type !== MessageType.HELLO) return message;
  const asked = message.body.subscriptions;
  const subscriptions =
    asked.length === 0 ? [{ stream }] : asked.map((one) => ({ ...one, stream: one.stream ?? stream }));
  const body: Hello = { ...message.body, subscriptions };
  return { type: MessageType.HELLO, body };
}
