import { availableParallelism, platform } from 'node:os';
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import type { FfmpegBinaries } from '../shared/ffmpeg/ffmpeg-binary.js';
import { oldFfmpegWarning, readFfmpegVersion } from '../shared/ffmpeg/ffmpeg-version.js';
import { checkHwaccel, chooseHwaccel } from '../shared/ffmpeg/hwaccel.js';
import { imageToJpeg } from './pipeline/jpeg-codec.js';
import { checkProcessors } from './processing/check-processors.js';
import type { GuardedNetwork } from './sources/guarded-network.js';
import { openSource } from './sources/open-source.js';
import type { OpenedSource } from './sources/open-source.js';
import type { StandardInput } from './sources/standard-input.js';
import type { StreamSettings } from './stream-settings.js';

/** What sources are opened with. */
export interface OpenerParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly binaries: FfmpegBinaries;
  /** What the source `-` reads; without it there is none. Whoever made it closes it. */
  readonly stdin?: StandardInput | undefined;
  /** The network as sources see it that were added over HTTP; without it there are none. Whoever made it closes it. */
  readonly network?: GuardedNetwork | undefined;
  /** The environment of this process, for children that get another one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Breaks off looking at sources. */
  readonly signal?: AbortSignal | undefined;
}

/** Looks at what the settings name and makes a source of it; rejects with a StreamerError. */
export type OpenStream = (settings: StreamSettings) => Promise<OpenedSource>;

/** Kinds of sources whose protocols FFmpeg got better at over the years. */
const NETWORK_KINDS: ReadonlySet<string> = new Set(['rtsp', 'http', 'network']);

/**
 * Finds out what FFmpeg can do; what is returned opens sources with it, and warns once of each thing that it cannot.
 *
 * @throws {StreamerError} FFMPEG_NOT_FOUND
 */
export async function createStreamOpener(opener: OpenerParts): Promise<OpenStream> {
  const { clock, logger, binaries, stdin, network, signal } = opener;
  const version = await readFfmpegVersion(binaries.ffmpegPath);
  logger.debug({ version: version.name, ...binaries }, 'FFmpeg found');
  const machine = { parallelEncodes: availableParallelism(), platform: platform(), convertImage: imageToJpeg };
  const parts = { ...binaries, ...version, ...machine, stdin, clock, network, signal };
  const told = new Set<string>();
  const warnOnce = (warning: string | null) => {
    if (warning === null || told.has(warning)) return;
    told.add(warning);
    logger.warn(warning);
  };
  return async (settings) => {
    if (settings.isGuarded) await network?.check(settings.source);
    if (NETWORK_KINDS.has(settings.source.kind)) warnOnce(oldFfmpegWarning(version));
    await checkProcessors(settings.processors, clock);
    await checkHwaccel(binaries.ffmpegPath, settings.hwaccel);
    const { hwaccel, warning } = await chooseHwaccel(binaries.ffmpegPath, settings.hwaccel);
    warnOnce(warning);
    return openSource({ ...settings, hwaccel }, parts);
  };
}
