import type { StreamerError } from '../../shared/errors.js';
import type { AssembledFrame } from './raw-frame-assembler.js';

/** A raw picture with the time, in microseconds since the epoch, at which it was complete. */
export interface FeedFrame extends AssembledFrame {
  readonly decodedTimeUs: number;
}

/** Told what happens to a feed. */
export interface FeedListener {
  /** One more picture is ready. */
  onReady(): void;
  /** The last picture was taken and no more will come; with an error when that is not how it should be. */
  onEnd(error: StreamerError | null): void;
}

/** Raw pictures in order, decoded a little ahead of those who take them. */
export interface FrameFeed {
  readonly readyFrames: number;
  /** The oldest ready picture; whoever takes it must release it. The listener is not called before this returns. */
  take(): FeedFrame | undefined;
  /** Ends it without `onEnd`; resolves when its children are gone. */
  stop(): Promise<void>;
}

/** Opens a feed that begins with the picture of frame `position` of the timeline. */
export type OpenFeed = (position: number, listener: FeedListener) => FrameFeed;
