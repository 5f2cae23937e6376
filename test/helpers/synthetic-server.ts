import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { TlsIdentity } from '../../server/tls-identity.js';
import { TcpTransport } from '../../server/transports/tcp-transport.js';
import { AttemptLimit } from '../../server/transports/attempt-limit.js';
import { createTokenCheck } from '../../server/transports/token.js';
import type { ErrorCode } from '../../shared/errors.js';
import { createLogger } from '../../shared/logger.js';
import type { LogLine } from './server-process.js';
import { SyntheticHub } from './synthetic-hub.js';
import type { SyntheticHubOptions } from './synthetic-hub.js';

/** What to serve, and how. */
export interface SyntheticServerOptions extends SyntheticHubOptions {
  readonly token?: string;
  /** Without a limit by default. */
  readonly maxClientBytesPerSecond?: number;
  /** Serves with TLS. */
  readonly identity?: TlsIdentity;
  /** 0, any free one, by default. */
  readonly port?: number;
}

/** Node's own announcement of each socket that a server accepted (`diagnostics_channel`). */
const ACCEPTED = 'net.server.socket';

/**
 * A server in this process without video: the real hub, registry and TCP transport, and streams whose frames the test
 * publishes.
 */
export class SyntheticServer extends SyntheticHub {
  readonly log: LogLine[] = [];
  private listeningPort = 0;
  private readonly transport: TcpTransport;

  private constructor(options: SyntheticServerOptions) {
    super(options);
    const { token = null, identity = null, maxClientBytesPerSecond = null } = options;
    const destination = { write: (line: string) => this.log.push(JSON.parse(line) as LogLine) };
    const logger = createLogger({ level: 'info', pretty: false, destination });
    const { hub, clients, clock } = this;
    const checkToken = createTokenCheck({ token, adminToken: null }, new AttemptLimit(clock));
    const context = { hub, clients, clock, logger, checkToken, maxClientBytesPerSecond, transport: 'tcp' } as const;
    this.transport = new TcpTransport(context, identity);
  }

  /**
   * Starts to listen on the loopback interface.
   *
   * @throws {StreamerError} PORT_IN_USE
   */
  static async start(options: SyntheticServerOptions = {}): Promise<SyntheticServer> {
    const server = new SyntheticServer(options);
    server.listeningPort = await server.transport.listen('127.0.0.1', options.port ?? 0);
    subscribe(ACCEPTED, server.onAccepted);
    return server;
  }

  get port(): number {
    return this.listeningPort;
  }

  /** Says goodbye to all clients; resolves when every connection is closed. */
  async stop(code: ErrorCode = 'SERVER_CLOSING', message = 'The test is over.'): Promise<void> {
    await this.transport.close(code, message);
    unsubscribe(ACCEPTED, this.onAccepted);
  }

  /** Cuts every connection without a word and stops, as a server that is killed. */
  async kill(): Promise<void> {
    for (const socket of this.sockets) socket.resetAndDestroy();
    await this.stop();
  }

  private readonly onAccepted = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === this.listeningPort) this.watch(socket);
  };
}
