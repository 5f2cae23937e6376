import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type {} from '@fastify/swagger';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Role } from '../../shared/api/server-schema.js';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import type { ClientRegistry } from '../clients.js';
import type { ServerConfig } from '../config.js';
import type { Hub } from '../hub/hub.js';
import type { FleetControl } from '../publish/fleet-status.js';
import type { Metrics } from '../statistics/prometheus.js';
import type { ServerStatistics } from '../statistics/server-statistics.js';
import type { StreamControl } from '../stream-control.js';
import type { MjpegTransport } from '../transports/mjpeg-transport.js';
import type { WebSocketTransport } from '../transports/websocket-transport.js';
import type { Access } from './access.js';
import type { EventStream } from './event-stream.js';
import type { FrameAnswers } from './frame-answer.js';
import type { ApiViews } from './views.js';

/** The server that routes are registered with; schemas are zod's and give handlers their types. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Everything that routes are made of. */
export interface RouteParts {
  readonly control: StreamControl;
  /** Null, or left out, where the server publishes no videos. */
  readonly fleet?: FleetControl | null;
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly views: ApiViews;
  readonly statistics: ServerStatistics;
  readonly metrics: Metrics;
  /** One for all routes, so that its bounds hold for the server. */
  readonly frames: FrameAnswers;
  readonly mjpeg: MjpegTransport;
  readonly webSockets: WebSocketTransport;
  readonly events: EventStream;
  readonly access: Access;
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What every `…-routes.ts` exports: adds its routes. Each names in `config.requires` the role it takes; a handler throws
 * a `StreamerError` (or an `HttpError`, for another status or more headers) and the gateway makes the problem answer.
 */
export type RegisterRoutes = (app: ApiApp, parts: RouteParts) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role a request needs; `none` does not even look at its token. A route that says nothing needs `view`. */
    requires?: Role | 'none';
    /** Whether a request without a token is let through with role null, since one can follow in its first message. */
    canAuthorizeLater?: boolean;
  }
  interface FastifyRequest {
    /** What the one who asks may do; null where the route looks at no token, or one may follow. */
    role: Role | null;
    /** Address and port of the one who asks, behind trusted proxies too. */
    peer: string;
  }
}
