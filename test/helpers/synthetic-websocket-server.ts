import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { AttemptLimit } from '../../server/transports/attempt-limit.js';
import { createTokenCheck } from '../../server/transports/token.js';
import { WebSocketTransport } from '../../server/transports/websocket-transport.js';
import type { ErrorCode } from '../../shared/errors.js';
import { createLogger } from '../../shared/logger.js';
import type { LogLine } from './server-process.js';
import { SyntheticHub } from './synthetic-hub.js';
import type { SyntheticHubOptions } from './synthetic-hub.js';

/** What to serve, and how. */
export interface SyntheticWebSocketServerOptions extends SyntheticHubOptions {
  /** A request with `?authorized` has shown it; every other one has to say it in HELLO. */
  readonly token?: string;
  /** Serves over TLS, with a certificate and its key as PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** 0, any free one, by default. */
  readonly port?: number;
}

/**
 * The WebSocket transport behind a bare HTTP server, with streams whose frames the test publishes: `/ws` names no stream,
 * `/ws/NAME` one.
 */
export class SyntheticWebSocketServer extends SyntheticHub {
  readonly log: LogLine[] = [];
  readonly transport: WebSocketTransport;
  private readonly http: Server;

  private constructor(private readonly options: SyntheticWebSocketServerOptions) {
    super(options);
    const { token = null } = options;
    const destination = { write: (line: string) => this.log.push(JSON.parse(line) as LogLine) };
    const logger = createLogger({ level: 'info', pretty: false, destination });
    const { hub, clients, clock } = this;
    const checkToken = createTokenCheck({ token, adminToken: null }, new AttemptLimit(clock));
    this.transport = new WebSocketTransport({ hub, clients, clock, logger, checkToken, transport: 'websocket' });
    this.http = options.tls ? createTlsServer(options.tls) : createServer();
    // Of a TLS connection, what is written to is the TLS socket.
    this.http.on(options.tls ? 'secureConnection' : 'connection', this.watch);
    this.http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      const stream = pathname.startsWith('/ws/') ? pathname.slice('/ws/'.length) : null;
      const isAuthorized = token === null || searchParams.has('authorized');
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.transport.accept(request, socket, head, { stream, isAuthorized, peer });
    });
  }

  /** Starts to listen on the loopback interface. */
  static async start(options: SyntheticWebSocketServerOptions = {}): Promise<SyntheticWebSocketServer> {
    const server = new SyntheticWebSocketServer(options);
    server.http.listen(options.port ?? 0, '127.0.0.1');
    await once(server.http, 'listening');
    return server;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** The address of a path, `/ws/cam` without one. */
  url(path = '/ws/cam'): string {
    return `${this.options.tls ? 'wss' : 'ws'}://127.0.0.1:${this.port}${path}`;
  }

  /** Says goodbye to all clients; resolves when every connection is closed. */
  async stop(code: ErrorCode = 'SERVER_CLOSING', message = 'The test is over.'): Promise<void> {
    const closed = once(this.http, 'close');
    this.http.close();
    await this.transport.close(code, message);
    await closed;
  }
}
