import type { Socket } from 'node:net';
import type { ErrorCode } from '../../shared/errors.js';
import { encodeError } from '../../shared/protocol/codec.js';
import type { TlsIdentity } from '../tls-identity.js';
import type { SessionContext } from './protocol-session.js';
import { ProtocolSessions } from './protocol-sessions.js';
import { TcpChannel } from './tcp-channel.js';
import { listenTcp } from './tcp-listener.js';
import type { TcpListener } from './tcp-listener.js';

/** What a client without TLS is told where there is nothing else. */
const TLS_ONLY = encodeError({ code: 'UNEXPECTED_MESSAGE', message: 'This port speaks only TLS; connect with --tls.' });

/** The protocol over TCP, or over TLS. */
export class TcpTransport {
  private listener: TcpListener | null = null;
  private readonly sessions: ProtocolSessions;

  /** @param identity null serves without TLS */
  constructor(
    private readonly context: SessionContext,
    private readonly identity: TlsIdentity | null = null,
  ) {
    this.sessions = new ProtocolSessions(context);
  }

  /**
   * Starts to listen; returns the port.
   *
   * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
   */
  async listen(host: string, port: number): Promise<number> {
    const { context, identity } = this;
    const tls = identity && { ...context, identity, plainAnswer: TLS_ONLY };
    this.listener = await listenTcp(host, port, (socket) => this.onSocket(socket), tls);
    return this.listener.port;
  }

  /** Says goodbye to every client and closes; resolves when all connections are gone. */
  async close(code: ErrorCode, message: string): Promise<void> {
    const closed = this.listener?.close();
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
