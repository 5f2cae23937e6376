import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerProblems } from '../../server/api/answer-problems.js';
import { registerClientRoutes } from '../../server/api/client-routes.js';
import { FrameAnswers } from '../../server/api/frame-answer.js';
import { registerFrameRoutes } from '../../server/api/frame-routes.js';
import { createHttpServer, DEFAULT_HTTP_LIMITS } from '../../server/api/http-server.js';
import { registerRecordingRoutes } from '../../server/api/recording-routes.js';
import { registerServerRoutes } from '../../server/api/server-routes.js';
import { registerStreamRoutes } from '../../server/api/stream-routes.js';
import { ApiViews } from '../../server/api/views.js';
import { ClientRegistry } from '../../server/clients.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { Hub } from '../../server/hub/hub.js';
import { Recordings } from '../../server/recordings.js';
import { RtspBridges } from '../../server/rtsp-bridges.js';
import { GuardedNetwork } from '../../server/sources/guarded-network.js';
import { SourceGuard } from '../../server/sources/source-guard.js';
import { ServerStatistics } from '../../server/statistics/server-statistics.js';
import { StreamControl } from '../../server/stream-control.js';
import { createStreamOpener } from '../../server/stream-opener.js';
import { Streams } from '../../server/streams.js';
import { ROLES } from '../../shared/api/server-schema.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import type { Logger } from '../../shared/logger.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { configOf } from './config-of-test.js';

/** An answer as it came. */
export class RestAnswer {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly body: Buffer,
  ) {}

  get json() {
    return JSON.parse(this.body.toString());
  }

  /** Status and code of a problem. */
  get problem() {
    const { headers, json } = this;
    const type = headers.get('content-type');
    return type?.startsWith('application/problem+json') ? `${json.status} ${json.code}` : `${this.status} ${type}`;
  }
}

/** What a request has besides method and path; an object becomes a JSON body. */
export interface RestRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the one who asks may do; `admin` by default. */
  readonly role?: 'view' | 'admin';
  readonly signal?: AbortSignal;
}

/** The routes of the REST API on a port of loopback, with streams, recordings and clients behind them as in a server. */
export class RestServer {
  private constructor(
    readonly url: string,
    readonly hub: Hub,
    readonly clients: ClientRegistry,
    readonly control: StreamControl,
    /** Folder of recordings. */
    readonly recordings: string,
    private readonly close: () => Promise<void>,
  ) {}

  /** Starts it with these sources, written as on the command line, and flags of the server. */
  static async start(sources: readonly string[], flags: Readonly<Record<string, unknown>> = {}): Promise<RestServer> {
    const recordings = await mkdtemp(join(tmpdir(), 'rest-recordings-'));
    const config = configOf({ flags: { recordings, ...(sources.length > 0 && { sources }), ...flags } });
    const clock = new SystemClock();
    const parts = { clock, logger: createLogger({ level: 'silent', pretty: false }) };
    const binaries = await findFfmpeg(process.env);
    const hub = new Hub(clock);
    const clients = new ClientRegistry(config.maxClients);
    const network = new GuardedNetwork(new SourceGuard(config.allowSources), process.env);
    const open = await createStreamOpener({ ...parts, binaries, network });
    const streams = new Streams(hub, open, parts, config.maxStreams);
    const bridges = new RtspBridges(hub, { ...parts, ...binaries });
    const control = new StreamControl(streams, new Recordings(hub, { ...parts, ...binaries }), bridges);
    const statistics = new ServerStatistics(hub, clients, clock);
    if (sources.length > 0) for (const settings of config.streams) await control.add(settings);

    const views = new ApiViews({
      ...{ control, clients, statistics, config, clock, startedAtUs: clock.nowUs() },
      ports: () => ({ tcpPort: 8000, httpPort: 8080 }),
      process: () => ({ nodeVersion: process.version, memoryBytes: 1, cpuSeconds: 1 }),
    });
    const { app, server } = httpServer(parts);
    const frames = new FrameAnswers(clock);
    for (const register of ROUTES) register(app, { ...parts, control, hub, clients, views, frames, config });
    await app.ready();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    return new RestServer(`http://127.0.0.1:${port}`, hub, clients, control, recordings, async () => {
      server.close();
      server.closeAllConnections();
      statistics.close();
      await Promise.all(control.list().map(({ stream }) => control.stopRecording(stream.name)));
      await bridges.close();
      await streams.close();
      await network.close();
      await rm(recordings, { recursive: true, force: true });
    });
  }

  async request(method: string, path: string, request: RestRequest = {}): Promise<RestAnswer> {
    const { body, headers, role = 'admin', signal } = request;
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'x-role': role, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body),
      signal: signal ?? null,
    });
    return new RestAnswer(answer.status, answer.headers, Buffer.from(await answer.arrayBuffer()));
  }

  async get(path: string, request: RestRequest = {}): Promise<RestAnswer> {
    return this.request('GET', path, request);
  }

  async stop(): Promise<void> {
    await this.close();
  }
}

const ROUTES = [
  registerStreamRoutes,
  registerFrameRoutes,
  registerRecordingRoutes,
  registerClientRoutes,
  registerServerRoutes,
];

/** An HTTP server whose requests say themselves which role they have. */
function httpServer({ clock, logger }: { clock: Clock; logger: Logger }) {
  const limits = DEFAULT_HTTP_LIMITS;
  const { app, server } = createHttpServer({ limits, maxConnections: 100, trustedProxies: [], tls: null });
  answerProblems(app, { logger, refusals: new RepeatLimiter(clock), maxBodyBytes: limits.maxBodyBytes });
  app.decorateRequest('role', null);
  app.addHook('onRequest', (request, _, done) => {
    request.role = ROLES.find((role) => role === request.headers['x-role']) ?? null;
    done();
  });
  return { app, server };
}
