import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { answerProblems } from '../../server/api/answer-problems.js';
import { createHttpServer, DEFAULT_HTTP_LIMITS } from '../../server/api/http-server.js';
import type { HttpServerOptions } from '../../server/api/http-server.js';
import { FrameAnswers } from '../../server/api/frame-answer.js';
import { registerPictureRoutes } from '../../server/api/picture-routes.js';
import { ClientRegistry } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import { MjpegTransport } from '../../server/transports/mjpeg-transport.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { LogOfTest } from './log-of-test.js';
import { SyntheticStream } from './synthetic-stream.js';
import type { SyntheticStreamOptions } from './synthetic-stream.js';

/** What to serve, and how. */
export interface PictureServerOptions extends SyntheticStreamOptions, Partial<Pick<HttpServerOptions, 'tls'>> {
  readonly clock?: Clock;
  readonly maxClients?: number;
  /** Names of the streams there are from the start; `cam` alone by default. */
  readonly streams?: readonly string[];
}

/** The addresses of streams and pictures on a port of loopback, with streams whose frames the test publishes. */
export class PictureServer {
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly log = new LogOfTest();
  readonly streams: SyntheticStream[] = [];
  /** The server's ends of all connections that are open. */
  readonly sockets = new Set<Socket>();
  readonly transport: MjpegTransport;
  private readonly clock: Clock;
  private readonly http: ReturnType<typeof createHttpServer>;

  private constructor(private readonly options: PictureServerOptions) {
    const { clock = new SystemClock(), maxClients = 1000, streams = ['cam'], tls = null } = options;
    const { logger } = this.log;
    this.clock = clock;
    this.hub = new Hub(clock);
    this.clients = new ClientRegistry(maxClients);
    const { hub, clients } = this;
    this.transport = new MjpegTransport({ hub, clients, clock, logger });
    for (const name of streams) this.addStream(name);
    const limits = DEFAULT_HTTP_LIMITS;
    this.http = createHttpServer({ limits, maxConnections: 2000, trustedProxies: [], tls });
    const { app, server } = this.http;
    answerProblems(app, { logger, refusals: new RepeatLimiter(clock), maxBodyBytes: limits.maxBodyBytes });
    app.decorateRequest('peer', '');
    app.addHook('onRequest', (request, reply, done) => {
      request.peer = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
      void reply.header('X-From-Hook', 'yes');
      done();
    });
    registerPictureRoutes(app, { hub, frames: new FrameAnswers(clock), mjpeg: this.transport });
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Starts to listen on the loopback interface. */
  static async start(options: PictureServerOptions = {}): Promise<PictureServer> {
    const pictures = new PictureServer(options);
    const { app, server } = pictures.http;
    await app.ready();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return pictures;
  }

  get port(): number {
    return (this.http.server.address() as AddressInfo).port;
  }

  /** The address of a path, `/streams/cam.mjpg` without one. */
  url(path = '/streams/cam.mjpg'): string {
    return `${this.options.tls ? 'https' : 'http'}://127.0.0.1:${this.port}${path}`;
  }

  /** The first stream. */
  get stream(): SyntheticStream {
    return this.streams[0]!;
  }

  addStream(name: string): SyntheticStream {
    const stream = new SyntheticStream(this.hub, name, this.clock, this.options);
    this.streams.push(stream);
    return stream;
  }

  /** Bytes that this process holds in the sockets of the clients, for the one that has most. */
  get greatestBacklogBytes(): number {
    return Math.max(0, ...[...this.sockets].map((socket) => socket.writableLength));
  }

  /** Ends all streams; resolves when every connection is closed. */
  async stop(): Promise<void> {
    const closed = once(this.http.server, 'close');
    this.http.server.close();
    await this.transport.close();
    this.http.server.closeAllConnections();
    await closed;
  }
}
