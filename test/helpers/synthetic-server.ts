import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { ClientRegistry } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import type { TlsIdentity } from '../../server/tls-identity.js';
import { TcpTransport } from '../../server/transports/tcp-transport.js';
import { AttemptLimit } from '../../server/transports/attempt-limit.js';
import { createTokenCheck } from '../../server/transports/token.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import type { ErrorCode } from '../../shared/errors.js';
import { createLogger } from '../../shared/logger.js';
import type { LogLine } from './server-process.js';
import type { SyntheticStreamOptions } from './synthetic-stream.js';
import { SyntheticStream } from './synthetic-stream.js';

/** What to serve, and how. */
export interface SyntheticServerOptions extends SyntheticStreamOptions {
  readonly clock?: Clock;
  readonly token?: string;
  readonly maxClients?: number;
  /** Without a limit by default. */
  readonly maxClientBytesPerSecond?: number;
  /** Serves with TLS. */
  readonly identity?: TlsIdentity;
  /** 0, any free one, by default. */
  readonly port?: number;
  /** Names of the streams there are from the start; `cam` alone by default. */
  readonly streams?: readonly string[];
}

/** Node's own announcement of each socket that a server accepted (`diagnostics_channel`). */
const ACCEPTED = 'net.server.socket';

/**
 * A server in this process without video: the real hub, registry and TCP transport, and streams whose frames the test
 * publishes one by one, so that their content and number are known exactly.
 */
export class SyntheticServer {
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly log: LogLine[] = [];
  readonly streams: SyntheticStream[] = [];
  /** The server's ends of all connections that are open. */
  readonly sockets = new Set<Socket>();
  private listeningPort = 0;
  private readonly clock: Clock;
  private readonly transport: TcpTransport;

  private constructor(private readonly options: SyntheticServerOptions) {
    const { clock = new SystemClock(), token = null, maxClients = 1000, identity = null, streams = ['cam'] } = options;
    const destination = { write: (line: string) => this.log.push(JSON.parse(line) as LogLine) };
    const logger = createLogger({ level: 'info', pretty: false, destination });
    this.clock = clock;
    this.hub = new Hub(clock);
    this.clients = new ClientRegistry(maxClients);
    const checkToken = createTokenCheck({ token, adminToken: null }, new AttemptLimit(clock));
    const { hub, clients } = this;
    const { maxClientBytesPerSecond = null } = options;
    const context = { hub, clients, clock, logger, checkToken, maxClientBytesPerSecond, transport: 'tcp' } as const;
    this.transport = new TcpTransport(context, identity);
    for (const name of streams) this.addStream(name);
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

  /** The first stream. */
  get stream(): SyntheticStream {
    return this.streams[0]!;
  }

  /** Adds a stream while the server runs; clients are told. */
  addStream(name: string): SyntheticStream {
    const stream = new SyntheticStream(this.hub, name, this.clock, this.options);
    this.streams.push(stream);
    return stream;
  }

  /** Bytes that this process holds in the sockets of the clients, for the one that has most. */
  get greatestBacklogBytes(): number {
    return Math.max(0, ...[...this.sockets].map((socket) => socket.writableLength));
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
    if (socket.localPort !== this.listeningPort) return;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  };
}
