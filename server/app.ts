import type { ErrorCode } from '../shared/errors.js';
import { BenchRoom } from './bench/bench-room.js';
import { ClientRegistry } from './clients.js';
import type { ServerConfig } from './config.js';
import { exposureWarning } from './exposure.js';
import { createHttpSide } from './http-side.js';
import { Hub } from './hub/hub.js';
import { openStreams } from './open-streams.js';
import type { ProcessFigures } from './process-figures.js';
import { Recordings } from './recordings.js';
import { RtspBridges } from './rtsp-bridges.js';
import { GuardedNetwork } from './sources/guarded-network.js';
import { SourceGuard } from './sources/source-guard.js';
import { StreamControl } from './stream-control.js';
import { createStreamOpener } from './stream-opener.js';
import type { OpenerParts } from './stream-opener.js';
import { Streams } from './streams.js';
import { TlsIdentity } from './tls-identity.js';
import { AttemptLimit } from './transports/attempt-limit.js';
import { ClassicTransport } from './transports/classic-transport.js';
import { TcpTransport } from './transports/tcp-transport.js';
import { createTokenCheck } from './transports/token.js';

/** What the app takes from its surroundings; the signal breaks off the start, what runs is ended with `App.stop`. */
export interface AppParts extends OpenerParts {
  /** The environment of FFmpeg children that read sources added over HTTP. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the system says of this process. */
  processFigures(): ProcessFigures;
}

/** A running server. */
export interface App {
  /** Port of the protocol over TCP. */
  readonly port: number;
  /** Null where the service is not on. */
  readonly classicPort: number | null;
  readonly httpPort: number | null;
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  /** Resolves when every stream has come to its end; never while one goes on. */
  readonly ended: Promise<void>;
  readonly control: StreamControl;
  /** Reads the TLS certificate again; null without TLS. */
  readonly reloadCertificate: (() => Promise<void>) | null;
  /** Says goodbye to all clients and ends every child; resolves when both are gone. Idempotent. */
  stop(code: ErrorCode, message: string): Promise<void>;
}

/**
 * Builds and starts a server: sources, then streams, then transports; stopping goes the other way round.
 *
 * @throws {StreamerError} when a source cannot be streamed, a certificate cannot be used or a port cannot be listened on;
 *   nothing is left running.
 */
export async function startApp(config: ServerConfig, parts: AppParts): Promise<App> {
  const { clock, logger } = parts;
  const identity = config.tls && (await TlsIdentity.load(config.tls, parts));
  const network = new GuardedNetwork(new SourceGuard(config.allowSources), parts.env);
  const open = await createStreamOpener({ ...parts, network });
  const opened = await openStreams(config, open);
  const hub = new Hub(clock);
  const clients = new ClientRegistry(config.maxClients);
  const streams = new Streams(hub, open, parts, config.maxStreams);
  const { ffmpegPath } = parts.binaries;
  const recordings = new Recordings(hub, { clock, logger, ffmpegPath });
  const bridges = new RtspBridges(hub, { clock, logger, ffmpegPath });
  const control = new StreamControl(streams, recordings, bridges);
  const checkToken = createTokenCheck(config, new AttemptLimit(clock));
  const { maxClientBytesPerSecond } = config;
  const benchRoom = new BenchRoom({ clock, logger, hasStream: (name) => hub.byName(name) !== undefined });
  const context = { hub, clients, clock, logger, checkToken, maxClientBytesPerSecond, benchRoom };
  const tcp = new TcpTransport({ ...context, transport: 'tcp' }, identity);
  const classic = config.classicPort === null ? null : new ClassicTransport({ ...context, transport: 'classic' });
  const ports = { tcpPort: 0, httpPort: 0 };
  const web =
    config.httpPort === null
      ? null
      : createHttpSide({ ...context, config, control, fleet: null, identity, ports, parts });

  let stopped: Promise<void> | null = null;
  async function stopAll(code: ErrorCode, message: string): Promise<void> {
    const transports = [tcp.close(code, message), classic?.close(), web?.close(code, message)];
    await Promise.all([...transports, recordings.close(), bridges.close()]);
    await streams.close();
    await network.close();
  }
  const stop = (code: ErrorCode, message: string) => (stopped ??= stopAll(code, message));

  try {
    for (const { settings, opened: source } of opened) {
      streams.addOpened(settings, source);
      await recordings.follow(settings.name, settings.record);
    }
    const port = (ports.tcpPort = await tcp.listen(config.host, config.port));
    const classicPort = classic ? await classic.listen(config.host, config.classicPort ?? 0) : null;
    const httpPort = web ? (ports.httpPort = await web.listen(config.host, config.httpPort ?? 0)) : null;
    for (const { settings, opened: source } of opened) logger.info({ stream: settings.name }, source.summary);
    const warning = exposureWarning({ ...config, classicPort });
    if (warning) logger.warn(warning);
    const listening = { port, ...(classicPort !== null && { classicPort }), ...(httpPort !== null && { httpPort }) };
    logger.info({ host: config.host, ...listening }, 'listening');
    for (const { settings } of opened) await control.publish(settings.name);
    const reloadCertificate = identity && (() => identity.reload());
    return {
      ...{ port, classicPort, httpPort, hub, clients, control },
      ended: streams.ended,
      reloadCertificate,
      stop,
    };
  } catch (error) {
    await stop('SERVER_CLOSING', 'The server could not start.');
    throw error;
  }
}
