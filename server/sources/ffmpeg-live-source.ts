import type { Clock } from '../../shared/clock.js';
import { describeLive, emptyMemory } from './live-memory.js';
import { LiveRun } from './live-run.js';
import type { LiveOptions } from './live-run.js';
import { PicturePool } from './picture-pool.js';
import type { Source, SourceInfo, SourceRun, SourceSink } from './source.js';

/** Options of a live source that FFmpeg reads. */
export interface FfmpegLiveOptions extends LiveOptions {
  /** Raw pictures that may be out at once. */
  readonly maxBuffers: number;
}

/**
 * A camera, a network stream or a device that FFmpeg reads: one child and one connection, and no look at it before.
 * Pictures come raw, or as the JPEGs the source sends where nothing else was asked for. A source that ends has failed.
 */
export class FfmpegLiveSource implements Source {
  readonly isLive = true;
  readonly endTimeUs = null;
  private readonly memory = emptyMemory();
  private readonly pool: PicturePool;

  constructor(
    private readonly options: FfmpegLiveOptions,
    private readonly clock: Clock,
  ) {
    this.pool = new PicturePool(options.maxBuffers);
  }

  get info(): SourceInfo {
    return describeLive(this.options, this.memory);
  }

  start(sink: SourceSink, nextSequence: number): SourceRun {
    const { options, memory, pool, clock } = this;
    return new LiveRun({ options, memory, pool, clock, sink, nextSequence });
  }
}
