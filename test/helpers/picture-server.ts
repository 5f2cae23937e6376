import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { answerProblems } from '../../server/api/answer-problems.js';
import { createHttpServer, DEFAULT_HTTP_LIMITS } from '../../server/api/http-server.js';
import type { HttpServerOptions } from '../../server/api/http-server.js';
import { FrameAnswers } from '../../server/api/frame-answer.js';
import { registerPictureRoutes } from '../../server/api/picture-routes.js';
import { MjpegTransport } from '../../server/transports/mjpeg-transport.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { LogOfTest } from './log-of-test.js';
import { SyntheticHub } from './synthetic-hub.js';
import type { SyntheticHubOptions } from './synthetic-hub.js';

/** What to serve, and how. */
export type PictureServerOptions = SyntheticHubOptions & Partial<Pick<HttpServerOptions, 'tls'>>;

/** The addresses of streams and pictures on a port of loopback, with streams whose frames the test publishes. */
export class PictureServer extends SyntheticHub {
  readonly log = new LogOfTest();
  readonly transport: MjpegTransport;
  private readonly http: ReturnType<typeof createHttpServer>;

  private constructor(private readonly options: PictureServerOptions) {
    super(options);
    const { tls = null } = options;
    const { logger } = this.log;
    const { hub, clients, clock } = this;
    this.transport = new MjpegTransport({ hub, clients, clock, logger });
    const limits = DEFAULT_HTTP_LIMITS;
    this.http = createHttpServer({ limits, maxConnections: 2000, trustedProxies: [], tls });
    const { app, server } = this.http;
    answerProblems(app, { logger, refusals: new RepeatLimiter(clock), maxBodyBytes: limits.maxBodyBytes });
    app.decorateRequest('peer', '');
    app.addHook('onRequest', (request, reply, done) => {
      request.peer = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
      // As the gateway's guard does.
      reply.raw.setHeader('X-From-Hook', 'yes');
      done();
    });
    registerPictureRoutes(app, { hub, frames: new FrameAnswers(clock), mjpeg: this.transport });
    server.on(tls ? 'secureConnection' : 'connection', this.watch);
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

  /** Ends all streams; resolves when every connection is closed. */
  async stop(): Promise<void> {
    const closed = once(this.http.server, 'close');
    this.http.server.close();
    await this.transport.close();
    this.http.server.closeAllConnections();
    await closed;
  }
}
