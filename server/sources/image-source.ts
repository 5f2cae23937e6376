import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import { ImageFeed } from './image-feed.js';
import { ImageReader } from './image-reader.js';
import type { ConvertImage, ReadImage } from './image-reader.js';
import { outputSize } from './output-size.js';
import { PacedSource } from './paced-source.js';
import { Timeline } from './timeline.js';

/** Options of a source of images. */
export interface ImageSourceOptions {
  /** Paths, in the order they are shown; at least one. */
  readonly images: readonly string[];
  /** Images per second; null takes `DEFAULT_FPS`. */
  readonly fps: number | null;
  readonly wanted: WantedPicture;
  readonly loop: boolean;
  readonly convert: ConvertImage;
}

/** The rate FFmpeg gives images, too. */
const DEFAULT_FPS = 25;
/** The first image is due a little later than the source is made, so that a run that starts at once shows it. */
const LEAD_US = 100_000;

/**
 * Image files as a paced source that starts now, one image after the other. JPEGs go out as they are; others are made
 * into JPEGs. What the source says of itself is what the first image is that can be shown; another one may have another
 * size.
 *
 * @throws {StreamerError} SOURCE_NOT_VIDEO or SOURCE_UNREADABLE when no image can be shown, BAD_USAGE when they would be
 * too large.
 */
export async function createImageSource(options: ImageSourceOptions, clock: Clock): Promise<PacedSource> {
  const { images, loop, wanted, convert } = options;
  const reader = new ImageReader(convert);
  const first = await readFirst(images, reader);
  /** Images that were told to be left out; each is told once. */
  const leftOut = new Set<string>();
  return new PacedSource(
    {
      ...outputSize(first, wanted),
      codec: first.codec,
      encoding: chooseEncoding(wanted, first),
      timeline: new Timeline(clock.nowUs() + LEAD_US, options.fps ?? DEFAULT_FPS),
      lengthFrames: loop ? null : images.length,
      openFeed: (position, listener) => new ImageFeed({ images, loop, reader, leftOut, position }, clock, listener),
    },
    clock,
  );
}

async function readFirst(images: readonly string[], reader: ImageReader): Promise<ReadImage> {
  let why: StreamerError | null = null;
  for (const path of images) {
    try {
      return await reader.read(path);
    } catch (thrown) {
      why ??= toStreamerError(thrown);
    }
  }
  if (!why || images.length === 1) throw why ?? new StreamerError('SOURCE_NOT_FOUND', 'There are no images.');
  throw new StreamerError(why.code, `None of ${images.length} images can be shown: ${why.message}`, { cause: why });
}
