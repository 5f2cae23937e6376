import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';
import { mayCopyPackets, wantedPicture } from '../stream-settings.js';
import type { StreamSettings } from '../stream-settings.js';
import { describeSource } from './describe-source.js';
import { deviceInput } from './device-input.js';
import type { WantedPicture } from './encoding-choice.js';
import { FfmpegLiveSource } from './ffmpeg-live-source.js';
import type { GuardedInput, GuardedNetwork } from './guarded-network.js';
import { createFileSource } from './file-source.js';
import { createHttpSource } from './http-source.js';
import { httpVideoInput } from './http-video-input.js';
import { isImages, listImages } from './image-list.js';
import type { ConvertImage } from './image-reader.js';
import { createImageSource } from './image-source.js';
import type { LiveInput } from './live-input.js';
import type { RtspSpec } from './live-spec.js';
import { networkInput } from './network-input.js';
import { createPatternSource } from './pattern-source.js';
import type { PatternSpec } from './pattern-spec.js';
import { rtspInput } from './rtsp-input.js';
import type { Source } from './source.js';
import type { StandardInput } from './standard-input.js';
import { createStdinSource } from './stdin-source.js';
import { probeVideo } from './video-probe.js';

/** What holds for every source of a server. */
export interface SourceParts {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** Options after `-i` that make this FFmpeg pass every decoded frame exactly once. */
  readonly passEveryFrame: readonly string[];
  /** Encodes that run at once; each holds a raw picture. */
  readonly parallelEncodes: number;
  /** What this FFmpeg calls the time-out of RTSP. */
  readonly rtspTimeoutOption: string;
  readonly convertImage: ConvertImage;
  readonly platform: NodeJS.Platform;
  /** The network of sources that were added over HTTP; without it there are none. */
  readonly network?: GuardedNetwork | undefined;
  /** What the source `-` reads; without it there is none. */
  readonly stdin?: StandardInput | undefined;
  readonly clock: Clock;
  /** Breaks off looking at a source. */
  readonly signal?: AbortSignal | undefined;
}

/** A source that can be started, and in words what it is. */
export interface OpenedSource {
  readonly source: Source;
  readonly summary: string;
}

/** Raw pictures decoded ahead of the schedule. */
const READ_AHEAD_FRAMES = 2;
/** One in the worker, one that waits for it. */
const PROCESSING_FRAMES = 2;

/**
 * Makes a source of what the settings name, whose timeline starts now. A file is looked at; a live source is not reached
 * before it is started.
 *
 * @throws {StreamerError} as `probeVideo` does.
 */
export async function openSource(settings: StreamSettings, parts: SourceParts): Promise<OpenedSource> {
  const { source: spec, processors } = settings;
  // Besides those decoded ahead and those in a processor: one a running encode, one that waits for an encoder.
  const processing = processors.length > 0 ? PROCESSING_FRAMES : 0;
  const maxBuffers = READ_AHEAD_FRAMES + processing + parts.parallelEncodes + 1;
  const opener = new SourceOpener(settings, parts, maxBuffers);
  switch (spec.kind) {
    case 'pattern':
      return opener.pattern(spec);
    case 'file':
      return opener.file(spec.path);
    case 'rtsp':
      return opener.rtsp(spec);
    case 'network':
      return opener.live(opener.network?.network(spec) ?? networkInput(spec));
    case 'device':
      return opener.live(deviceInput(spec, settings, parts.platform));
    case 'http':
      return opener.http(spec.url);
    case 'stdin':
      return opener.stdin();
  }
}

/** Opens sources of every kind with the same settings. */
class SourceOpener {
  private readonly wanted: WantedPicture;
  private readonly startTimeUs: number;
  /** Of a source that was added over HTTP. */
  readonly network: GuardedNetwork | null;

  constructor(
    private readonly settings: StreamSettings,
    private readonly parts: SourceParts,
    private readonly maxBuffers: number,
  ) {
    this.wanted = wantedPicture(settings);
    this.startTimeUs = parts.clock.nowUs();
    this.network = settings.isGuarded ? guarded(parts) : null;
  }

  pattern(spec: PatternSpec): OpenedSource {
    const source = createPatternSource({ ...this.options(), spec }, this.parts.clock);
    return { source, summary: `test pattern ${spec.pattern}, ${describeSource(source.info)}` };
  }

  async file(path: string): Promise<OpenedSource> {
    const { ffprobePath, clock, signal } = this.parts;
    if (await isImages(path)) return this.images(path);
    const probe = await probeVideo(ffprobePath, path, signal);
    // The timeline starts when the file was looked at, which may take a while.
    const source = createFileSource({ ...this.options(), path, probe, startTimeUs: clock.nowUs() }, clock);
    const rate = probe.variableRate ? 'variable rate, evened out' : 'constant rate';
    return { source, summary: `file, ${rate}, ${describeSource(source.info)}` };
  }

  rtsp(spec: RtspSpec): OpenedSource {
    const { rtspTimeoutOption } = this.parts;
    return this.live(this.network?.rtsp(spec, rtspTimeoutOption) ?? rtspInput(spec, rtspTimeoutOption));
  }

  live(input: LiveInput | GuardedInput): OpenedSource {
    return { source: this.ffmpegSource(input), summary: this.liveSummary(input.shownInput) };
  }

  http(url: string): OpenedSource {
    const { network: gate } = this;
    const openVideo = (address: string) => this.ffmpegSource(gate?.http(address) ?? httpVideoInput(address));
    const source = createHttpSource({ ...this.options(), url, gate, openVideo }, this.parts.clock);
    return { source, summary: this.liveSummary(redactUrl(url)) };
  }

  stdin(): OpenedSource {
    const { stdin: input, clock } = this.parts;
    if (!input) throw new StreamerError('BAD_USAGE', 'This program has no standard input to read.');
    return { source: createStdinSource({ ...this.options(), input }, clock), summary: 'standard input, read always' };
  }

  private async images(path: string): Promise<OpenedSource> {
    const { convertImage: convert, clock, signal } = this.parts;
    const images = await listImages(path, { signal });
    const source = await createImageSource({ ...this.options(), images, convert }, clock);
    return { source, summary: `${images.length} images, ${describeSource(source.info)}` };
  }

  private ffmpegSource(input: LiveInput | GuardedInput): FfmpegLiveSource {
    const wantsPackets = mayCopyPackets(this.settings);
    return new FfmpegLiveSource({ ...this.options(), ...input, wantsPackets }, this.parts.clock);
  }

  private liveSummary(shownInput: string): string {
    return `${shownInput}, ${this.settings.onDemand ? 'connected to while somebody watches' : 'always connected to'}`;
  }

  private options() {
    const { settings, parts, maxBuffers, wanted, startTimeUs } = this;
    return { ...parts, ...settings, maxBuffers, wanted, startTimeUs };
  }
}

/** @throws {StreamerError} SOURCE_FORBIDDEN where nobody says which sources may be added over HTTP. */
function guarded({ network }: SourceParts): GuardedNetwork {
  if (network) return network;
  throw new StreamerError('SOURCE_FORBIDDEN', 'This server takes no sources over HTTP.');
}
