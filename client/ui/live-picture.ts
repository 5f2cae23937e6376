import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { Size } from './columns.js';
import { pixelsIn, type Pixels } from './half-blocks.js';

/** Decodes a JPEG to RGB pixels that fit into `width` x `height`, keeping the aspect. */
export type DecodePicture = (jpeg: Buffer, width: number, height: number) => Promise<Pixels>;

/** Where live pictures come from and go to. */
export interface LivePictureOptions {
  readonly clock: Clock;
  readonly decode: DecodePicture;
  /** The newest JPEG, or null while there is none. */
  latestJpeg(): Buffer | null;
  /** The cells there are for the picture, asked for each picture anew; null when there is no room. */
  size(): Size | null;
  show(picture: Pixels): void;
  /** Called when a picture could not be decoded. */
  fail(error: Error): void;
}

const INTERVAL_US = 200_000;

/**
 * Decodes the newest JPEG at most 5 times a second and shows it. A decode begins only after the one before has ended,
 * so a slow machine gets fewer pictures instead of a growing queue.
 */
export class LivePicture {
  private cancelTimer: CancelTimer | null = null;
  private decoding = false;
  private shown: Buffer | null = null;
  /** Grows with every `stop` and `refresh`: what was decoded for an older one is stale. */
  private generation = 0;

  constructor(private readonly options: LivePictureOptions) {}

  get running(): boolean {
    return this.cancelTimer !== null;
  }

  /** Begins to show pictures, the first one at once. Harmless when it runs already. */
  start(): void {
    if (!this.running) this.tick();
  }

  /** Shows no more pictures, not even one that is being decoded. */
  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.refresh();
  }

  /** Shows the newest picture again even if it has not changed: the place or the stream for it has. */
  refresh(): void {
    this.generation += 1;
    this.shown = null;
  }

  private tick(): void {
    this.cancelTimer = this.options.clock.schedule(INTERVAL_US, () => this.tick());
    if (this.decoding) return;
    const jpeg = this.options.latestJpeg();
    const size = this.options.size();
    if (!jpeg || !size || jpeg === this.shown) return;
    this.shown = jpeg;
    void this.decode(jpeg, size);
  }

  private async decode(jpeg: Buffer, size: Size): Promise<void> {
    const generation = this.generation;
    const { width, height } = pixelsIn(size);
    this.decoding = true;
    try {
      const picture = await this.options.decode(jpeg, width, height);
      if (generation === this.generation) this.options.show(picture);
    } catch (thrown) {
      if (generation === this.generation)
        this.options.fail(thrown instanceof Error ? thrown : new Error(String(thrown)));
    } finally {
      this.decoding = false;
    }
  }
}
