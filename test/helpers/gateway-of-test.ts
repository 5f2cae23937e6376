import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Access } from '../../server/api/access.js';
import { EventStream } from '../../server/api/event-stream.js';
import { Gateway } from '../../server/api/gateway.js';
import type { GatewayParts } from '../../server/api/gateway.js';
import { ApiViews } from '../../server/api/views.js';
import { ClientRegistry } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import { createMetrics } from '../../server/statistics/prometheus.js';
import { ServerStatistics } from '../../server/statistics/server-statistics.js';
import type { StreamControl } from '../../server/stream-control.js';
import { AttemptLimit } from '../../server/transports/attempt-limit.js';
import { MjpegTransport } from '../../server/transports/mjpeg-transport.js';
import { createTokenCheck } from '../../server/transports/token.js';
import { WebSocketTransport } from '../../server/transports/websocket-transport.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import { STREAM_DEFAULTS, configOf } from './config-of-test.js';
import { LogOfTest } from './log-of-test.js';
import { SyntheticStream } from './synthetic-stream.js';

/** What a gateway of a test is started with. */
export interface GatewayOptions extends Partial<Pick<GatewayParts, 'limits' | 'tls' | 'web'>> {
  /** Flags of the server. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Its one stream runs always, not only while somebody watches. */
  readonly isAlwaysOn?: boolean;
  readonly clock?: Clock;
}

/** What a request has besides its path. */
export interface Asked {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Status and code where it is a problem document, else null. */
  readonly problem: string | null;
}

/** A gateway on loopback with one stream, `cam`, whose frames the test publishes; nothing behind it is real video. */
export class GatewayOfTest {
  private constructor(
    readonly gateway: Gateway,
    public port: number,
    readonly stream: SyntheticStream,
    readonly clients: ClientRegistry,
    readonly log: LogOfTest,
    private readonly release: () => void,
  ) {}

  /** As `create`, listening. */
  static async start(options: GatewayOptions = {}, wantedPort = 0): Promise<GatewayOfTest> {
    const created = GatewayOfTest.create(options);
    created.port = await created.gateway.listen('127.0.0.1', wantedPort);
    return created;
  }

  /** One that does not listen yet. */
  static create(options: GatewayOptions = {}): GatewayOfTest {
    const { flags = {}, isAlwaysOn = false, clock = new SystemClock(), limits = {}, tls = null, web } = options;
    const config = configOf({ flags });
    const log = new LogOfTest();
    const { logger } = log;
    const hub = new Hub(clock);
    const clients = new ClientRegistry(config.maxClients);
    const stream = new SyntheticStream(hub, 'cam', clock, {});
    const settings = { ...STREAM_DEFAULTS, name: 'cam', onDemand: !isAlwaysOn };
    const controlled = { stream: stream.hubStream, settings };
    const control = {
      list: () => [controlled],
      get: (name: string) => (name === 'cam' ? controlled : undefined),
      recordingStatus: () => null,
      publishingStatus: () => null,
      remove: async () => undefined,
    } as unknown as StreamControl;
    const statistics = new ServerStatistics(hub, clients, clock);
    const views = new ApiViews({
      ...{ control, clients, statistics, config, clock, startedAtUs: clock.nowUs() },
      ports: () => ({ tcpPort: 1, httpPort: 2 }),
      process: () => ({ nodeVersion: 'v0', memoryBytes: 1, cpuSeconds: 0 }),
    });
    const checkToken = createTokenCheck(config, new AttemptLimit(clock));
    const metrics = createMetrics({ clients, statistics });
    const context = { hub, clients, clock, logger, checkToken };
    const gateway = new Gateway({
      ...{ control, hub, clients, views, statistics, metrics, config, clock, logger, limits, tls },
      mjpeg: new MjpegTransport(context),
      webSockets: new WebSocketTransport({ ...context, transport: 'websocket' }),
      events: new EventStream({ views, hub, clients, clock }),
      access: new Access(config, checkToken),
      ...(web && { web }),
    });
    return new GatewayOfTest(gateway, 0, stream, clients, log, () => {
      statistics.close();
      metrics.close();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Asks on a connection of its own. */
  async ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
    const asked = request({ host: '127.0.0.1', port: this.port, path, method, headers, agent: false });
    asked.end(body);
    const [answer] = await once(asked, 'response');
    return toAnswer(answer.statusCode, answer.headers, await text(answer));
  }

  /** Writes `bytes` on a connection of its own and returns what came back until it was closed. */
  async askRaw(bytes: string): Promise<Answer> {
    const socket = await this.connect();
    socket.write(bytes);
    return parseAnswer(await text(socket));
  }

  /** A connection, from another address where one is named. */
  async connect(localAddress?: string): Promise<Socket> {
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = createConnection({ host: '127.0.0.1', port: this.port, ...from });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  async stop(): Promise<void> {
    await this.gateway.close('SERVER_CLOSING', 'The server shuts down.');
    this.release();
  }
}

/** The one answer that `received` holds. */
export function parseAnswer(received: string): Answer {
  const [head = '', ...rest] = received.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return toAnswer(Number(statusLine.split(' ')[1]), headers, rest.join('\r\n\r\n'));
}

function toAnswer(status: number, headers: IncomingHttpHeaders, body: string): Answer {
  const isProblem = headers['content-type']?.startsWith('application/problem+json') ?? false;
  const problem = isProblem ? JSON.parse(body) : null;
  return { status, headers, body, problem: problem && `${problem.status} ${problem.code}` };
}
