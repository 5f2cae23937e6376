import type { Clock } from '../shared/clock.js';
import { StreamerError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import { ClientRegistry } from './clients.js';
import { resolveConfig } from './config.js';
import type { ServerConfig } from './config.js';
import { exposureWarning } from './exposure.js';
import { createHttpSide } from './http-side.js';
import { Hub } from './hub/hub.js';
import type { ProcessFigures } from './process-figures.js';
import type { FleetControl } from './publish/fleet-status.js';
import { Recordings } from './recordings.js';
import { RtspBridges } from './rtsp-bridges.js';
import { StreamControl } from './stream-control.js';
import { Streams } from './streams.js';
import { AttemptLimit } from './transports/attempt-limit.js';
import { createTokenCheck } from './transports/token.js';

/** Where a fleet is shown and controlled, and who may do it. */
export interface FleetAppOptions {
  /** 0 takes a free one. */
  readonly httpPort: number;
  readonly host: string;
  readonly token: string | null;
  readonly adminToken: string | null;
}

/** What it takes from its surroundings. */
export interface FleetAppParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ffmpegPath: string;
  processFigures(): ProcessFigures;
}

/** The web interface and the API of a fleet, as they run. */
export interface FleetApp {
  readonly port: number;
  /** Says goodbye to those who look; resolves when they are gone. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Serves the web interface and the API of a fleet: those of a server that has no streams, and takes none.
 *
 * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
 */
export async function startFleetApp(
  fleet: FleetControl,
  options: FleetAppOptions,
  parts: FleetAppParts,
): Promise<FleetApp> {
  const { clock, logger, ffmpegPath } = parts;
  const config = configFor(options);
  const hub = new Hub(clock);
  const clients = new ClientRegistry(config.maxClients);
  const streams = new Streams(hub, refuseStream, { clock, logger }, 1);
  const recordings = new Recordings(hub, { clock, logger, ffmpegPath });
  const control = new StreamControl(streams, recordings, new RtspBridges(hub, { clock, logger, ffmpegPath }));
  const ports = { tcpPort: 0, httpPort: 0 };
  const web = createHttpSide({
    ...{ hub, clients, clock, logger, config, control, fleet, ports, parts },
    checkToken: createTokenCheck(config, new AttemptLimit(clock)),
    maxClientBytesPerSecond: null,
    identity: null,
  });
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= web.close('SERVER_CLOSING', 'The fleet ends.').then(() => streams.close()));
  try {
    ports.httpPort = await web.listen(config.host, options.httpPort);
  } catch (error) {
    await stop();
    throw error;
  }
  const warning = exposureWarning(config);
  if (warning) logger.warn(warning);
  logger.info({ host: config.host, httpPort: ports.httpPort }, 'listening');
  return { port: ports.httpPort, stop };
}

/** Those of a server with all its defaults, which bound what one may ask of it. */
function configFor({ host, token, adminToken }: FleetAppOptions): ServerConfig {
  const tokens = { ...(token !== null && { token }), ...(adminToken !== null && { adminToken }) };
  const flags = { host, sample: false, port: 0, httpPort: 0, ...tokens };
  return { ...resolveConfig({ flags, env: {}, defaultSource: '' }).config, maxStreams: 0 };
}

async function refuseStream(): Promise<never> {
  throw new StreamerError(
    'TOO_MANY_STREAMS',
    'This server publishes videos and takes no streams; streamer-server does.',
  );
}
