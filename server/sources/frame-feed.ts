import type { StreamerError } from '../../shared/errors.js';

/** What every picture of a feed says of itself. */
interface PictureFacts {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** When it was complete, in microseconds since the epoch. */
  readonly decodedTimeUs: number;
}

/** A decoded picture; it is the feed's until it was taken, and must be released by whoever took it. */
export interface RawFeedFrame extends PictureFacts {
  readonly kind: 'raw';
  /** RGB24, width * height * 3 bytes, in memory that is used again after `release`. */
  readonly data: Buffer;
  /** As `RawFrame.release`: once, with the buffer that comes back instead of this one, or null when none does. */
  readonly release: (replacement?: Buffer | null) => void;
}

/** A picture that is a JPEG already. */
export interface JpegFeedFrame extends PictureFacts {
  readonly kind: 'jpeg';
  readonly data: Buffer;
  /** Makes room for another one; the bytes may be used on. */
  readonly release: () => void;
}

export type FeedFrame = RawFeedFrame | JpegFeedFrame;

/** Told what happens to a feed. */
export interface FeedListener {
  /** One more picture is ready. */
  onReady(): void;
  /** The last picture was taken and no more will come; with an error when that is not how it should be. */
  onEnd(error: StreamerError | null): void;
  /** Something was left out; the feed goes on. */
  onWarning?(error: StreamerError): void;
}

/** Pictures in order, made ready a little ahead of those who take them. */
export interface FrameFeed {
  readonly readyFrames: number;
  /** The oldest ready picture; whoever takes it must release it. The listener is not called before this returns. */
  take(): FeedFrame | undefined;
  /** Ends it without `onEnd`; resolves when its children are gone. */
  stop(): Promise<void>;
}

/** Opens a feed that begins with the picture of frame `position` of the timeline. */
export type OpenFeed = (position: number, listener: FeedListener) => FrameFeed;
