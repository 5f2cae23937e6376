import pLimit from 'p-limit';
import type { Clock } from '../shared/clock.js';
import type { ErrorCode } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import { ClientRegistry } from './clients.js';
import type { ServerConfig } from './config.js';
import { exposureWarning } from './exposure.js';
import { Hub } from './hub/hub.js';
import { createJpegEncoder } from './pipeline/encoder.js';
import type { FfmpegBinaries } from './ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from './ffmpeg/ffmpeg-version.js';
import { checkHwaccel } from './ffmpeg/hwaccel.js';
import { openSource } from './sources/open-source.js';
import type { OpenedSource } from './sources/open-source.js';
import type { SourceSpec } from './sources/source-spec.js';
import { StreamRuntime } from './stream-runtime.js';
import { ClassicTransport } from './transports/classic-transport.js';
import { TcpTransport } from './transports/tcp-transport.js';
import { createTokenCheck } from './transports/token.js';

/** What the app takes from its surroundings. */
export interface AppParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly binaries: FfmpegBinaries;
  /** Breaks off the start; what is running is ended with `App.stop`. */
  readonly signal?: AbortSignal | undefined;
}

/** A running server. */
export interface App {
  readonly port: number;
  readonly classicPort: number | null;
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  /** Resolves when every stream has come to its end; never while one goes on. */
  readonly ended: Promise<void>;
  /** Says goodbye to all clients and ends every child; resolves when both are gone. Idempotent. */
  stop(code: ErrorCode, message: string): Promise<void>;
}

/** Sources looked at in the same moment: each costs a process. */
const PARALLEL_PROBES = 4;
/** Raw pictures decoded ahead of the schedule, per stream. */
const READ_AHEAD_FRAMES = 2;

/** A source of the configuration, looked at and ready to start. */
export type NamedSource = OpenedSource & { readonly name: string };

/**
 * Looks at every source of the configuration.
 *
 * @throws {StreamerError} for the first source, in their order, that cannot be streamed; BAD_USAGE for an unknown hwaccel.
 */
export async function openSources(
  config: ServerConfig,
  { clock, logger, binaries, signal }: AppParts,
): Promise<readonly NamedSource[]> {
  const { name: version, passEveryFrame } = await readFfmpegVersion(binaries.ffmpegPath);
  logger.debug({ version, ...binaries }, 'FFmpeg found');
  await checkHwaccel(binaries.ffmpegPath, config.hwaccel);
  const { parallel } = createJpegEncoder(config.quality);
  // Besides those decoded ahead: one a running encode, one that waits for an encoder.
  const maxBuffers = READ_AHEAD_FRAMES + parallel + 1;
  const options = { ...config, ...binaries, passEveryFrame, maxBuffers, signal };
  const limit = pLimit(PARALLEL_PROBES);
  const open = (spec: SourceSpec) => limit(() => openSource(spec, options, clock));
  const results = await Promise.allSettled(config.sources.map(open));
  return results.map((result, index) => {
    if (result.status === 'rejected') throw result.reason;
    return { ...result.value, name: config.sources[index]!.name };
  });
}

/**
 * Builds and starts a server: sources, then streams, then transports; stopping goes the other way round.
 *
 * @throws {StreamerError} when a source cannot be streamed or a port cannot be listened on; nothing is left running.
 */
export async function startApp(config: ServerConfig, parts: AppParts): Promise<App> {
  const { clock, logger } = parts;
  const sources = await openSources(config, parts);
  const hub = new Hub(clock);
  const encoder = createJpegEncoder(config.quality);
  const runtimes = sources.map(({ name, source }) => new StreamRuntime(name, source, { hub, encoder, clock, logger }));
  const clients = new ClientRegistry(config.maxClients);
  const context = { hub, clients, clock, logger, checkToken: createTokenCheck(config.token) };
  const tcp = new TcpTransport({ ...context, transport: 'tcp' });
  const classic = createClassic();

  function createClassic(): ClassicTransport | null {
    const first = runtimes[0]?.stream;
    if (config.classicPort === null || !first) return null;
    return new ClassicTransport({ ...context, transport: 'classic' }, first);
  }

  let stopped: Promise<void> | null = null;
  async function stopAll(code: ErrorCode, message: string): Promise<void> {
    await Promise.all([tcp.close(code, message), classic?.close(), ...runtimes.map((runtime) => runtime.close())]);
  }
  const stop = (code: ErrorCode, message: string) => (stopped ??= stopAll(code, message));

  try {
    const port = await tcp.listen(config.host, config.port);
    const classicPort = classic ? await classic.listen(config.host, config.classicPort ?? 0) : null;
    for (const { name, summary } of sources) logger.info({ stream: name }, summary);
    const warning = exposureWarning({ ...config, classicPort });
    if (warning) logger.warn(warning);
    logger.info({ host: config.host, port, ...(classicPort !== null && { classicPort }) }, 'listening');
    const ended = Promise.all(runtimes.map((runtime) => runtime.ended)).then(() => undefined);
    return { port, classicPort, hub, clients, ended, stop };
  } catch (error) {
    await stop('SERVER_CLOSING', 'The server could not start.');
    throw error;
  }
}
