import type { Server, Socket } from 'node:net';
import type { ErrorCode } from '../../shared/errors.js';
import type { SessionContext } from './protocol-session.js';
import { ProtocolSessions } from './protocol-sessions.js';
import { TcpChannel } from './tcp-channel.js';
import { listenTcp, portOf } from './tcp-listener.js';

/** The protocol over TCP. */
export class TcpTransport {
  private server: Server | null = null;
  private readonly sessions: ProtocolSessions;

  constructor(private readonly context: SessionContext) {
    this.sessions = new ProtocolSessions(context);
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
    const { server } = this;
    const closed = server && new Promise<void>((resolve) => server.close(() => resolve()));
    this.sessions.close(code, message);
    await closed;
  }

  private onSocket(socket: Socket): void {
    const { session, push } = this.sessions.open({ channel: new TcpChannel(socket), cut: () => socket.destroy() });
    socket.on('data', (chunk) => {
      if (session.onBytes(chunk.length)) push(chunk);
    });
    socket.on('drain', () => session.onDrain());
    socket.on('error', (error) => this.context.logger.debug({ err: error }, 'connection error'));
    socket.on('close', () => session.onDisconnect());
  }
}
