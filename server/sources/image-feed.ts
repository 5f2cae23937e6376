import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import type { FeedListener, FrameFeed, JpegFeedFrame } from './frame-feed.js';
import type { ImageReader } from './image-reader.js';

/** Options of a feed of images. */
export interface ImageFeedOptions {
  /** Paths, in order; at least one. */
  readonly images: readonly string[];
  readonly loop: boolean;
  readonly reader: Pick<ImageReader, 'read'>;
  /** Paths of which it was told that they cannot be shown; shared by the feeds of a source. */
  readonly leftOut: Set<string>;
  /** Which image comes first, counted on over all rounds. */
  readonly position: number;
}

/** Images read ahead. */
const READ_AHEAD = 3;

/**
 * Reads images ahead of those who take them. One that cannot be shown is left out, and those behind it move up; when
 * none of them can, that is a failure.
 */
export class ImageFeed implements FrameFeed {
  private readonly ready: JpegFeedFrame[] = [];
  private place: number;
  private isReading = false;
  private isOver = false;
  private failuresInARow = 0;

  constructor(
    private readonly options: ImageFeedOptions,
    private readonly clock: Clock,
    private readonly listener: FeedListener,
  ) {
    this.place = options.position;
    // Not at once: the end must not be told before whoever made this has it.
    queueMicrotask(() => void this.readOn());
  }

  get readyFrames(): number {
    return this.ready.length;
  }

  take(): JpegFeedFrame | undefined {
    const frame = this.ready.shift();
    // Not at once: the end must not come before the picture that is handed out here.
    queueMicrotask(() => void this.readOn());
    return frame;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.ready.length = 0;
  }

  private async readOn(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    while (!this.isOver && this.ready.length < READ_AHEAD && this.hasNext) await this.readNext();
    this.isReading = false;
    if (!this.hasNext && this.ready.length === 0) this.end(null);
  }

  private get hasNext(): boolean {
    return this.options.loop || this.place < this.options.images.length;
  }

  private async readNext(): Promise<void> {
    const { images, reader, leftOut } = this.options;
    const path = images[this.place % images.length]!;
    this.place += 1;
    try {
      const { jpeg: data, width, height } = await reader.read(path);
      if (this.isOver) return;
      this.failuresInARow = 0;
      leftOut.delete(path);
      const decodedTimeUs = this.clock.nowUs();
      this.ready.push({ kind: 'jpeg', data, width, height, decodedTimeUs, release: () => undefined });
      this.listener.onReady();
    } catch (thrown) {
      this.leaveOut(path, toStreamerError(thrown));
    }
  }

  private leaveOut(path: string, error: StreamerError): void {
    if (this.isOver) return;
    const { images, leftOut } = this.options;
    this.failuresInARow += 1;
    if (this.failuresInARow >= images.length) return this.end(noneLeft(error));
    if (leftOut.has(path)) return;
    leftOut.add(path);
    this.listener.onWarning?.(error);
  }

  private end(error: StreamerError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.listener.onEnd(error);
  }
}

function noneLeft(cause: StreamerError): StreamerError {
  return new StreamerError('SOURCE_FAILED', `None of the images can be shown any more: ${cause.message}`, { cause });
}
