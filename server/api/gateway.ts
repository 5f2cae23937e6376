import type { ErrorCode } from '../../shared/errors.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { TlsIdentity } from '../tls-identity.js';
import { toListenError } from '../transports/tcp-listener.js';
import { WEB_FILES } from '../web/web-folder.js';
import type { WebFiles } from '../web/web-folder.js';
import { answerProblems } from './answer-problems.js';
import { registerClientRoutes } from './client-routes.js';
import { FrameAnswers } from './frame-answer.js';
import { registerFrameRoutes } from './frame-routes.js';
import { guardRequests } from './guard.js';
import { registerHealthRoutes } from './health-routes.js';
import { DEFAULT_HTTP_LIMITS, createHttpServer } from './http-server.js';
import type { HttpLimits, HttpServer } from './http-server.js';
import { describeApi } from './openapi.js';
import { registerPictureRoutes } from './picture-routes.js';
import { registerPublisherRoutes } from './publisher-routes.js';
import { registerRecordingRoutes } from './recording-routes.js';
import { DEFAULT_RATE, RequestRate } from './request-rate.js';
import type { RateLimits } from './request-rate.js';
import type { ApiApp, RegisterRoutes, RouteParts } from './routes.js';
import { registerServerRoutes } from './server-routes.js';
import { registerSocketRoutes } from './socket-routes.js';
import { registerStreamRoutes } from './stream-routes.js';
import { StrangeProxies } from './strange-proxies.js';
import { Upgrades } from './upgrades.js';
import { registerWebRoutes } from './web-routes.js';

/** Everything that a gateway is made of. */
export interface GatewayParts extends Omit<RouteParts, 'frames'> {
  /** Null serves without TLS. */
  readonly tls: Pick<TlsIdentity, 'credentials' | 'onReload'> | null;
  /** Where they differ from the usual. */
  readonly limits?: Partial<GatewayLimits>;
  readonly web?: WebFiles;
}

/** Bounds of what all requests together may take. */
export interface GatewayLimits extends HttpLimits, RateLimits {
  /** Connections beside those that every client may have: pages open several, and so do those who watch over it. */
  readonly spareConnections: number;
  /** How long answers under way may take when the gateway closes; all have to be gone when the process wants to exit. */
  readonly closeGraceMs: number;
}

const DEFAULT_LIMITS: GatewayLimits = {
  ...DEFAULT_HTTP_LIMITS,
  ...DEFAULT_RATE,
  spareConnections: 256,
  closeGraceMs: 1200,
};

const ROUTES: readonly RegisterRoutes[] = [
  registerStreamRoutes,
  registerFrameRoutes,
  registerRecordingRoutes,
  registerClientRoutes,
  registerPublisherRoutes,
  registerServerRoutes,
  registerPictureRoutes,
];

/**
 * The server's HTTP side: the API, pictures, WebSockets and the web interface on one port. In front of every route stand
 * the same bounds and the same access; behind every route, the same problem answers.
 */
export class Gateway {
  private readonly http: HttpServer;
  private readonly limits: GatewayLimits;
  private isClosing = false;

  constructor(private readonly parts: GatewayParts) {
    this.limits = { ...DEFAULT_LIMITS, ...parts.limits };
    const { config, tls } = parts;
    const maxConnections = config.maxClients + this.limits.spareConnections;
    this.http = createHttpServer({ limits: this.limits, maxConnections, trustedProxies: config.trustedProxies, tls });
    this.compose(this.http.app);
  }

  /** Connections that are open at present. */
  get connectionCount(): number {
    return this.http.connections.count;
  }

  /**
   * Starts to listen; returns the port.
   *
   * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
   */
  async listen(host: string, port: number): Promise<number> {
    const { app, server } = this.http;
    await app.ready();
    try {
      await app.listen({ host, port, backlog: 1024 });
    } catch (error) {
      throw toListenError(error as NodeJS.ErrnoException, host, port, 'take another --http-port, or --no-http');
    }
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /**
   * Takes no more requests, says goodbye to those who watch, and lets other answers under way end for a moment; resolves
   * when all connections are gone. Idempotent.
   */
  async close(code: ErrorCode, message: string): Promise<void> {
    this.isClosing = true;
    const { app, connections } = this.http;
    const { webSockets, events, mjpeg, clock } = this.parts;
    const cancelTimer = clock.schedule(this.limits.closeGraceMs * 1000, () => connections.destroyAll());

    try {
      await Promise.all([webSockets.close(code, message), events.close(), mjpeg.close(), app.close()]);
    } finally {
      cancelTimer();
    }
  }

  private compose(app: ApiApp): void {
    const { parts, limits } = this;
    const { clock, logger, access, config } = parts;
    const isClosing = () => this.isClosing;
    answerProblems(app, { logger, refusals: new RepeatLimiter(clock), maxBodyBytes: limits.maxBodyBytes });
    describeApi(app);
    const rate = new RequestRate(clock, limits);
    guardRequests(app, {
      access,
      rate,
      connections: this.http.connections,
      corsOrigins: config.corsOrigins,
      strangeProxies: new StrangeProxies(clock, logger),
      isClosing,
    });
    // Connections that wait for a next request would otherwise hold up the end until they time out.
    app.addHook('onResponse', (_request, _reply, done) => {
      if (this.isClosing) setImmediate(() => this.http.server.closeIdleConnections());
      done();
    });
    const routeParts: RouteParts = { ...parts, frames: new FrameAnswers(clock) };
    // The description sees the routes that come after it was loaded.
    app.after(() => {
      for (const register of ROUTES) register(app, routeParts);
      registerHealthRoutes(app, routeParts, isClosing);
      registerSocketRoutes(app, routeParts, new Upgrades(this.http, limits));
      registerWebRoutes(app, parts.web ?? WEB_FILES);
    });
  }
}
