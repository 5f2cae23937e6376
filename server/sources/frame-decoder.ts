import type { Clock } from '../../shared/clock.js';
import { ChildFeed } from './child-feed.js';
import { rawVideoOptions } from './decode-options.js';
import type { FeedListener, FrameFeed } from './frame-feed.js';
import { RawFramePool } from './raw-frame-pool.js';

/** What to decode: a local file, or what a filter draws. */
export interface DecodeRequest {
  readonly ffmpegPath: string;
  readonly input: string;
  /** Options before `-i`, such as a seek position or a format. */
  readonly inputOptions: readonly string[];
  /** Filters in the order they apply. */
  readonly filters: readonly string[];
  /** More options of the output. */
  readonly outputOptions: readonly string[];
}

/** What to decode, and the size of the pictures that come out. */
export interface FrameDecoderOptions {
  readonly request: DecodeRequest;
  readonly width: number;
  readonly height: number;
  /** Pictures held at once, by this decoder and by those it gave them to; FFmpeg waits when all are taken. */
  readonly maxBuffers: number;
}

/** Decodes to raw pictures, ahead until the buffers are full. */
export function decodeFrames(options: FrameDecoderOptions, clock: Clock, listener: FeedListener): FrameFeed {
  const { request, width, height, maxBuffers } = options;
  const { filters, ...child } = request;
  const outputOptions = [...request.outputOptions, ...rawVideoOptions(filters)];
  return new ChildFeed(
    { ...child, outputOptions, shownInput: request.input },
    ({ onFrame, onRoom, onEnd }) =>
      new RawFramePool({
        frameBytes: width * height * 3,
        maxBuffers,
        onFrame: (frame) => onFrame({ kind: 'raw', width, height, decodedTimeUs: clock.nowUs(), ...frame }),
        onRoom,
        onEnd,
      }),
    listener,
  );
}
