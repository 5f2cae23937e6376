import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { pictureSize } from '../rtsp/picture-size.js';
import type { FleetVideos } from './fleet.js';
import type { PlayableVideo } from './playable-video.js';
import { PlaySchedule } from './play-schedule.js';
import { copyVideo, encodeVideo } from './prepare-video.js';
import type { PreparationParts, PreparedVideo } from './prepare-video.js';
import type { PictureReel } from './picture-reel.js';
import { readReel } from './read-reel.js';
import { ReelVideo } from './reel-video.js';
import { parseVideo } from './video-spec.js';
import type { VideoSpec } from './video-spec.js';

/** What a library works with. */
export interface LibraryParts extends Omit<PreparationParts, 'maxBytes'> {
  readonly clock: Clock;
  /** Whether videos are sent as they are where they can be. */
  readonly copies: boolean;
  /** Frames per second of patterns that are added later; null keeps their own. */
  readonly fps: number | null;
  /** Makes a video that is encoded while it is played, instead of preparing it; null prepares all. */
  readonly live: ((spec: VideoSpec) => Promise<PlayableVideo>) | null;
}

/** What the pictures of all videos may take in memory. */
export const MAX_REEL_BYTES = 512 * 1024 * 1024;
/** A pattern that is added while it runs: all that are added after it wait until it is prepared. */
const MAX_ADDED_PIXELS = 1920 * 1080;
const MAX_ADDED_FPS = 60;

interface Loaded {
  readonly video: Promise<PlayableVideo>;
  users: number;
  lengthBytes: number;
}

/** The videos of a fleet: each prepared once, held in memory once, and only while some stream plays it. */
export class VideoLibrary implements FleetVideos {
  readonly names: readonly string[];
  private readonly specs: ReadonlyMap<string, VideoSpec>;
  private readonly loaded = new Map<string, Loaded>();
  private readonly schedule: PlaySchedule;
  /** One is prepared at a time: each takes all the machine has, and what the memory is left with is known then. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    specs: readonly VideoSpec[],
    private readonly parts: LibraryParts,
    private readonly maxBytes = MAX_REEL_BYTES,
  ) {
    this.specs = new Map(specs.map((spec) => [spec.name, spec]));
    this.names = [...this.specs.keys()];
    this.schedule = new PlaySchedule(parts.clock);
  }

  /** Prepares every video that was asked for, so that no stream has to wait for its own, and keeps it. */
  async prepareAll(): Promise<void> {
    for (const name of this.names) await this.acquire(name);
  }

  async acquire(name: string): Promise<PlayableVideo> {
    const spec = this.specs.get(name) ?? this.pattern(name);
    const loaded = this.loaded.get(name) ?? this.load(spec);
    loaded.users += 1;
    try {
      return await loaded.video;
    } catch (error) {
      this.release(name);
      throw error;
    }
  }

  release(name: string): void {
    const loaded = this.loaded.get(name);
    if (!loaded) return;
    loaded.users -= 1;
    if (loaded.users <= 0) this.loaded.delete(name);
  }

  private load(spec: VideoSpec): Loaded {
    const { live } = this.parts;
    const loaded: Loaded = {
      video: live
        ? live(spec)
        : this.inTurn(() => this.prepare(spec, (lengthBytes) => (loaded.lengthBytes = lengthBytes))),
      users: 0,
      lengthBytes: 0,
    };
    this.loaded.set(spec.name, loaded);
    return loaded;
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.work.then(task);
    this.work = result.catch(() => undefined);
    return result;
  }

  private async prepare(spec: VideoSpec, onLoaded: (lengthBytes: number) => void): Promise<PlayableVideo> {
    const copied = this.parts.copies ? await this.read(spec, copyVideo) : null;
    if (copied?.reel) return this.toVideo(copied.reel, copied.prepared, spec, onLoaded);
    if (copied) this.parts.onWarning(`${spec.name} would not loop cleanly as it is, so it is encoded.`);
    // The rate is in what was encoded.
    const encoded = await this.read({ ...spec, fps: null }, (_, parts) => encodeVideo(spec, parts));
    if (encoded?.reel) return this.toVideo(encoded.reel, encoded.prepared, spec, onLoaded);
    throw new StreamerError('SOURCE_NOT_VIDEO', `${spec.name} has no picture that could be sent.`);
  }

  /** Null where the video cannot be prepared so; without a reel where it would not loop. What is of no use is not kept. */
  private async read(
    spec: VideoSpec,
    prepare: (spec: VideoSpec, parts: PreparationParts) => Promise<PreparedVideo | null>,
  ): Promise<{ prepared: PreparedVideo; reel: PictureReel | null } | null> {
    const { cache, signal } = this.parts;
    const { name, fps } = spec;
    const taken = [...this.loaded.values()].reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    const maxBytes = this.maxBytes - taken;
    for (;;) {
      const prepared = await prepare(spec, { ...this.parts, maxBytes });
      if (!prepared) return null;
      try {
        const reel = await readReel(prepared, { name, fps, maxBytes, signal });
        if (reel || !(await cache.discard(prepared.path))) return { prepared, reel };
      } catch (error) {
        if (signal.aborted || !(await cache.discard(prepared.path))) throw error;
      }
    }
  }

  private toVideo(
    reel: PictureReel,
    prepared: PreparedVideo,
    { loop }: VideoSpec,
    onLoaded: (lengthBytes: number) => void,
  ): PlayableVideo {
    onLoaded(reel.lengthBytes);
    const size = pictureSize(reel.format) ?? prepared;
    return new ReelVideo(reel, loop, size, this.schedule, this.parts.clock);
  }

  /** A pattern that nobody asked for at the start; files are not opened for whoever may add streams. */
  private pattern(name: string): VideoSpec {
    if (!name.startsWith('test:')) {
      const sentence = `There is no video ${JSON.stringify(name)}; there are ${this.names.join(', ')} and test:PATTERN.`;
      throw new StreamerError('SOURCE_NOT_FOUND', sentence);
    }
    const spec = parseVideo({ name: null, location: name, loop: true, fps: null }, this.parts.fps);
    checkCost(spec);
    return spec;
  }
}

function checkCost({ input }: VideoSpec): void {
  if (input.kind !== 'pattern') return;
  if (input.width * input.height <= MAX_ADDED_PIXELS && input.fps <= MAX_ADDED_FPS) return;
  const sentence = `A pattern that is added may have 1920x1080 pixels and ${MAX_ADDED_FPS} frames a second; name a larger one with --video at the start.`;
  throw new StreamerError('BAD_USAGE', sentence);
}
