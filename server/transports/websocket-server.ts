import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer as Library } from 'ws';
import type { ServerOptions, WebSocket } from 'ws';
import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { WebSocketConnection } from './websocket-connection.js';
import type { WebSocketHandlers } from './websocket-connection.js';

/** Limits of a WebSocket server. */
export interface WebSocketServerOptions {
  /** Length of the longest message that a client may send. */
  readonly maxMessageBytes: number;
  readonly clock: Clock;
}

/** How long a peer that does not answer may delay the end of its connection. */
const LINGER_MS = 1000;
/** Pieces that a client may cut a message into, with frames of its own and as they come from the network. */
const MAX_FRAGMENTS = 64;
const MAX_CHUNKS = 1024;
/** A ping costs its sender six bytes, and us an answer: it counts as if it were so long. */
const PING_COSTS_BYTES = 4096;

/** Turns HTTP requests that ask for it into WebSockets (RFC 6455). It does not listen: requests are handed to it. */
export class WebSocketServer {
  private readonly library: Library;

  constructor(private readonly options: WebSocketServerOptions) {
    const limits: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      // JPEGs do not get smaller, and every compressor would hold memory of its own.
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_CHUNKS,
      closeTimeout: LINGER_MS,
    };
    this.library = new Library(limits);
  }

  /**
   * Completes the handshake, or answers the request with an error of HTTP. `open` is called once the WebSocket is there,
   * and returns who hears of it.
   */
  accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    open: (connection: WebSocketConnection) => WebSocketHandlers,
  ): void {
    this.library.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new WebSocketConnection(webSocket, socket, this.options.clock);
      this.listen(webSocket, socket, connection, open(connection));
    });
  }

  /** Accepts nothing more; resolves when every WebSocket is closed, which is for those who opened them to do. */
  close(): Promise<void> {
    return new Promise((resolve) => this.library.close(() => resolve()));
  }

  private listen(webSocket: WebSocket, socket: Duplex, connection: WebSocketConnection, to: WebSocketHandlers): void {
    const count = (lengthBytes: number) => {
      const wasOpen = webSocket.readyState === webSocket.OPEN;
      // While the connection is being closed the peer's own word of farewell is still waited for.
      if (!to.onBytes(lengthBytes) && wasOpen) webSocket.pause();
    };
    // Before the library looks at them, and with the bytes that never become a message.
    socket.prependListener('data', (chunk: Buffer) => {
      connection.noteHeard();
      count(chunk.length);
    });
    socket.on('drain', () => to.onDrain());
    webSocket.on('message', (data, isBinary) => to.onMessage(data as Buffer, isBinary));
    webSocket.on('ping', () => count(PING_COSTS_BYTES));
    webSocket.on('pong', (data) => to.onPong?.(data.toString('latin1')));
    webSocket.on('error', (error) => to.onViolation(toViolation(error)));
    webSocket.on('close', () => {
      connection.noteClosed();
      to.onClosed();
    });
  }
}

function toViolation(error: Error & { code?: string }): StreamerError {
  const { code } = error;
  const options = { cause: error };
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH') {
    return new StreamerError('MESSAGE_TOO_LONG', 'A WebSocket message is longer than a client may send.', options);
  }
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') {
    return new StreamerError('TOO_MANY_MESSAGES', 'A WebSocket message came in too many pieces.', options);
  }
  return new StreamerError('BAD_MESSAGE', `The rules of WebSocket were broken: ${error.message}.`, options);
}
