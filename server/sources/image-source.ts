import { open } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { completeJpeg } from '../../shared/jpeg/complete-jpeg.js';
import type { CompleteJpeg } from '../../shared/jpeg/complete-jpeg.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import type { FeedListener, FrameFeed, JpegFeedFrame } from './frame-feed.js';
import { outputSize } from './output-size.js';
import { PacedSource } from './paced-source.js';
import { shown } from './spec-text.js';
import { Timeline } from './timeline.js';

/** Turns an image of any format into a JPEG; rejects when it is no image. */
export type ConvertImage = (image: Buffer) => Promise<Buffer>;

/** Options of a source of images. */
export interface ImageSourceOptions {
  /** Paths, in the order they are shown; at least one. */
  readonly images: readonly string[];
  /** Images per second; null takes `DEFAULT_FPS`. */
  readonly fps: number | null;
  readonly wanted: WantedPicture;
  readonly loop: boolean;
  readonly startTimeUs: number;
  readonly convert: ConvertImage;
}

/** The rate FFmpeg gives images, too. */
const DEFAULT_FPS = 25;
/** Images read ahead. */
const READ_AHEAD = 3;
/** A larger file is not read: it is no picture that anybody streams. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Image files as a paced source, one after the other. JPEGs go out as they are; others are made into JPEGs.
 *
 * @throws {StreamerError} SOURCE_NOT_VIDEO or SOURCE_UNREADABLE when the first image cannot be shown.
 */
export async function createImageSource(options: ImageSourceOptions, clock: Clock): Promise<PacedSource> {
  const { images, loop, wanted, startTimeUs } = options;
  const first = await readImage(images[0]!, options.convert);
  const fps = options.fps ?? DEFAULT_FPS;
  const encoding = chooseEncoding(wanted, { codec: 'mjpeg', ...first });
  return new PacedSource(
    {
      ...outputSize(first, wanted),
      codec: 'mjpeg',
      encoding,
      timeline: new Timeline(startTimeUs, fps),
      lengthFrames: loop ? null : images.length,
      openFeed: (position, listener) => new ImageFeed(options, position, clock, listener),
    },
    clock,
  );
}

/** Reads images ahead of those who take them. One that cannot be shown is left out, and its place with it. */
class ImageFeed implements FrameFeed {
  private readonly ready: JpegFeedFrame[] = [];
  private isReading = false;
  private isOver = false;
  private failuresInARow = 0;

  constructor(
    private readonly options: ImageSourceOptions,
    private place: number,
    private readonly clock: Clock,
    private readonly listener: FeedListener,
  ) {
    void this.readOn();
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
    while (!this.isOver && this.ready.length < READ_AHEAD && this.hasNext()) await this.readNext();
    this.isReading = false;
    if (!this.isOver && !this.hasNext() && this.ready.length === 0) this.end(null);
  }

  private hasNext(): boolean {
    return this.options.loop || this.place < this.options.images.length;
  }

  private async readNext(): Promise<void> {
    const { images, convert } = this.options;
    const path = images[this.place % images.length]!;
    this.place += 1;
    try {
      const { jpeg, width, height } = await readImage(path, convert);
      if (this.isOver) return;
      this.failuresInARow = 0;
      const decodedTimeUs = this.clock.nowUs();
      this.ready.push({ kind: 'jpeg', data: jpeg, width, height, decodedTimeUs, release: () => undefined });
      this.listener.onReady();
    } catch (error) {
      this.failuresInARow += 1;
      if (this.failuresInARow >= images.length) this.end(toStreamerError(error, 'SOURCE_FAILED'));
    }
  }

  private end(error: StreamerError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.listener.onEnd(error);
  }
}

async function readImage(path: string, convert: ConvertImage): Promise<CompleteJpeg> {
  const bytes = await readBounded(path);
  try {
    if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.length <= MAX_JPEG_BYTES) return completeJpeg(bytes);
    return completeJpeg(await convert(bytes));
  } catch (error) {
    throw new StreamerError('SOURCE_NOT_VIDEO', `${shown(path)} is no image that can be shown.`, { cause: error });
  }
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_FILE_BYTES}`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new StreamerError('SOURCE_UNREADABLE', `The image ${shown(path)} cannot be read.`, { cause });
  }
}
