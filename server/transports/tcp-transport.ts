import type { Server, Socket } from 'node:net';
import { StreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import { encodeStream } from '../../shared/protocol/codec.js';
import { MessageParser, SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { ProtocolSession } from './protocol-session.js';
import type { SessionContext } from './protocol-session.js';
import { TcpChannel } from './tcp-channel.js';
import { listenTcp, portOf } from './tcp-listener.js';

/** Connections that have not said HELLO; one more pushes out the oldest, so that silence cannot lock others out. */
const MAX_PENDING = 256;

/** The protocol over TCP. */
export class TcpTransport {
  private server: Server | null = null;
  private readonly sessions = new Map<ProtocolSession, Socket>();
  private readonly refusals: RepeatLimiter;
  private readonly stopWatching: () => void;

  constructor(private readonly context: SessionContext) {
    this.refusals = new RepeatLimiter(context.clock);
    this.stopWatching = context.hub.onChange((change) => {
      const encoded = encodeStream(change);
      for (const session of this.sessions.keys()) session.onStreamChange(change, encoded);
    });
  }

  /**
   * Starts to listen; returns the port.
   *
   * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
   */
  async listen(host: string, port: number): Promise<number> {
    this.server = await listenTcp(host, port, (socket) => this.onSocket(socket));
    return portOf(this.server);
  }

  /** Says goodbye to every client and closes; resolves when all connections are gone. */
  async close(code: ErrorCode, message: string): Promise<void> {
    this.stopWatching();
    const { server } = this;
    const closed = server && new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of [...this.sessions.keys()]) session.bye(code, message);
    await closed;
  }

  private onSocket(socket: Socket): void {
    const onClosed = () => void this.sessions.delete(session);
    const session = new ProtocolSession(new TcpChannel(socket), this.context, this.refusals, onClosed);
    const parser = new MessageParser({ accepts: SERVER_ACCEPTS, onMessage: (message) => session.onMessage(message) });
    this.sessions.set(session, socket);
    this.limitPending();
    socket.on('data', (chunk) => this.onData(chunk, session, parser));
    socket.on('drain', () => session.onDrain());
    socket.on('error', (error) => this.context.logger.debug({ err: error }, 'connection error'));
    socket.on('close', () => session.onDisconnect());
  }

  private onData(chunk: Buffer, session: ProtocolSession, parser: MessageParser): void {
    if (!session.onBytes(chunk.length)) return;
    try {
      parser.push(chunk);
    } catch (error) {
      session.onProtocolError(this.toProtocolError(error));
    }
  }

  private toProtocolError(error: unknown): StreamerError {
    if (error instanceof StreamerError) return error;
    this.context.logger.error({ err: error }, 'defect while reading a client');
    return new StreamerError('INTERNAL', 'The server met a defect; please report it.');
  }

  /** A map keeps the order of insertion, so the first pending session is the oldest. */
  private limitPending(): void {
    let pending = 0;
    let oldest: Socket | null = null;
    for (const [session, socket] of this.sessions) {
      if (!session.isPending) continue;
      pending += 1;
      oldest ??= socket;
    }
    if (pending > MAX_PENDING) oldest?.destroy();
  }
}
