import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import { Access } from './api/access.js';
import { EventStream } from './api/event-stream.js';
import { Gateway } from './api/gateway.js';
import { ApiViews } from './api/views.js';
import type { BenchRoom } from './bench/bench-room.js';
import type { ClientRegistry } from './clients.js';
import type { ServerConfig } from './config.js';
import type { Hub } from './hub/hub.js';
import type { ProcessFigures } from './process-figures.js';
import type { FleetControl } from './publish/fleet-status.js';
import { createMetrics } from './statistics/prometheus.js';
import { ServerStatistics } from './statistics/server-statistics.js';
import type { StreamControl } from './stream-control.js';
import type { TlsIdentity } from './tls-identity.js';
import { MjpegTransport } from './transports/mjpeg-transport.js';
import type { createTokenCheck } from './transports/token.js';
import { WebSocketTransport } from './transports/websocket-transport.js';

/** What the HTTP side of a server shows and controls. */
export interface HttpSideParts {
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkToken: ReturnType<typeof createTokenCheck>;
  readonly maxClientBytesPerSecond: number | null;
  /** Without it there are no benchmarks over WebSocket. */
  readonly benchRoom?: BenchRoom;
  readonly config: ServerConfig;
  readonly control: StreamControl;
  /** Null where the server publishes no fleet. */
  readonly fleet: FleetControl | null;
  readonly identity: TlsIdentity | null;
  /** Filled in when the ports are known. */
  readonly ports: { readonly tcpPort: number; readonly httpPort: number };
  readonly parts: { processFigures(): ProcessFigures };
}

/** The API and the web interface on one port, with what is measured for them. */
export function createHttpSide({
  config,
  control,
  fleet,
  identity,
  ports,
  parts,
  ...context
}: HttpSideParts): Pick<Gateway, 'listen' | 'close'> {
  const { hub, clients, clock, checkToken } = context;
  const statistics = new ServerStatistics(hub, clients, clock);
  const process = () => parts.processFigures();
  const views = new ApiViews({
    ...{ config, control, fleet, clients, statistics, clock, process },
    startedAtUs: clock.nowUs(),
    ports: () => ports,
  });
  const metrics = createMetrics({ clients, statistics, control });
  const gateway = new Gateway({
    ...context,
    ...{ config, control, fleet, views, statistics, metrics },
    mjpeg: new MjpegTransport(context),
    webSockets: new WebSocketTransport({ ...context, transport: 'websocket' }),
    events: new EventStream({ views, hub, clients, clock }),
    access: new Access(config, checkToken),
    tls: identity,
  });
  return {
    listen: gateway.listen.bind(gateway),
    close: async (code, message) => {
      await gateway.close(code, message);
      metrics.close();
      statistics.close();
    },
  };
}
