import type { ErrorCode } from '../shared/errors.js';
import { ClientRegistry } from './clients.js';
import type { ServerConfig } from './config.js';
import { exposureWarning } from './exposure.js';
import { Hub } from './hub/hub.js';
import { settleInParallel } from './in-parallel.js';
import type { OpenedSource } from './sources/open-source.js';
import { createStreamOpener } from './stream-opener.js';
import type { OpenStream, OpenerParts } from './stream-opener.js';
import { Recordings } from './recordings.js';
import type { StreamSettings } from './stream-settings.js';
import { StreamControl } from './stream-control.js';
import { Streams } from './streams.js';
import { AttemptLimit } from './transports/attempt-limit.js';
import { ClassicTransport } from './transports/classic-transport.js';
import { TcpTransport } from './transports/tcp-transport.js';
import { createTokenCheck } from './transports/token.js';

/** What the app takes from its surroundings; the signal breaks off the start, what runs is ended with `App.stop`. */
export type AppParts = OpenerParts;

/** A running server. */
export interface App {
  readonly port: number;
  readonly classicPort: number | null;
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  /** Resolves when every stream has come to its end; never while one goes on. */
  readonly ended: Promise<void>;
  readonly control: StreamControl;
  /** Says goodbye to all clients and ends every child; resolves when both are gone. Idempotent. */
  stop(code: ErrorCode, message: string): Promise<void>;
}

/** Sources looked at in the same moment: each costs a process. */
const PARALLEL_PROBES = 4;

/** A stream of the configuration whose source was looked at and is ready to start. */
export interface OpenedStream {
  readonly settings: StreamSettings;
  readonly opened: OpenedSource;
}

/**
 * Looks at the source of every stream of the configuration.
 *
 * @throws {StreamerError} for the first source, in their order, that cannot be streamed; BAD_USAGE for an unknown hwaccel.
 */
export async function openStreams(config: ServerConfig, open: OpenStream): Promise<readonly OpenedStream[]> {
  const results = await settleInParallel(config.streams, PARALLEL_PROBES, open);
  return results.map((result, index) => {
    if (result.status === 'rejected') throw result.reason;
    return { settings: config.streams[index]!, opened: result.value };
  });
}

/**
 * Builds and starts a server: sources, then streams, then transports; stopping goes the other way round.
 *
 * @throws {StreamerError} when a source cannot be streamed or a port cannot be listened on; nothing is left running.
 */
export async function startApp(config: ServerConfig, parts: AppParts): Promise<App> {
  const { clock, logger } = parts;
  const open = await createStreamOpener(parts);
  const opened = await openStreams(config, open);
  const hub = new Hub(clock);
  const clients = new ClientRegistry(config.maxClients);
  const streams = new Streams(hub, open, parts, config.maxStreams);
  const recordings = new Recordings(hub, { clock, logger, ffmpegPath: parts.binaries.ffmpegPath });
  const control = new StreamControl(streams, recordings);
  const context = { hub, clients, clock, logger, checkToken: createTokenCheck(config, new AttemptLimit(clock)) };
  const tcp = new TcpTransport({ ...context, transport: 'tcp' });
  const classic = config.classicPort === null ? null : new ClassicTransport({ ...context, transport: 'classic' });

  let stopped: Promise<void> | null = null;
  async function stopAll(code: ErrorCode, message: string): Promise<void> {
    await Promise.all([tcp.close(code, message), classic?.close(), recordings.close()]);
    await streams.close();
  }
  const stop = (code: ErrorCode, message: string) => (stopped ??= stopAll(code, message));

  try {
    for (const { settings, opened: source } of opened) {
      streams.addOpened(settings, source);
      await recordings.follow(settings.name, settings.record);
    }
    const port = await tcp.listen(config.host, config.port);
    const classicPort = classic ? await classic.listen(config.host, config.classicPort ?? 0) : null;
    for (const { settings, opened: source } of opened) logger.info({ stream: settings.name }, source.summary);
    const warning = exposureWarning({ ...config, classicPort });
    if (warning) logger.warn(warning);
    logger.info({ host: config.host, port, ...(classicPort !== null && { classicPort }) }, 'listening');
    return {
      port,
      classicPort,
      hub,
      clients,
      ended: streams.ended,
      control,
      stop,
    };
  } catch (error) {
    await stop('SERVER_CLOSING', 'The server could not start.');
    throw error;
  }
}
