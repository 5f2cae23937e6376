import { StreamerError } from '../../shared/errors.js';
import type { FeedFrame, FeedListener, FrameFeed } from './frame-feed.js';

/** Opens the decoders a loop is made of. */
export interface LoopDecoders {
  /** From the starting place to the end of the file, once. */
  tail(listener: FeedListener): FrameFeed;
  /** From the beginning of the file: again and again, or once where the file cannot be rewound. */
  loop(listener: FeedListener): FrameFeed;
}

/** Options of a looping feed. */
export interface LoopOptions {
  /** Pictures the tail is expected to hold; 0 begins with the loop. */
  readonly tailFrames: number;
  /** Pictures a decoder of the loop is expected to hold; Infinity where it goes on by itself. */
  readonly roundFrames: number;
  /** How many pictures before the end of a decoder the next one starts. */
  readonly overlapFrames: number;
}

/**
 * A file without end, begun somewhere in its middle: first the tail of the file, then the loop. The next decoder starts
 * a little before the present one runs out and waits with its first pictures ready, so no gap shows.
 */
export class LoopingFeed implements FrameFeed {
  private current: FrameFeed;
  private next: FrameFeed | null = null;
  private inTail: boolean;
  /** Pictures taken from the current decoder. */
  private taken = 0;

  constructor(
    private readonly decoders: LoopDecoders,
    private readonly options: LoopOptions,
    private readonly listener: FeedListener,
  ) {
    this.inTail = options.tailFrames > 0;
    this.current = this.open((inner) => (this.inTail ? decoders.tail(inner) : decoders.loop(inner)));
  }

  get readyFrames(): number {
    return this.current.readyFrames;
  }

  take(): FeedFrame | undefined {
    const { tailFrames, roundFrames, overlapFrames } = this.options;
    this.taken += 1;
    if (this.taken >= (this.inTail ? tailFrames : roundFrames) - overlapFrames) this.openNext();
    return this.current.take();
  }

  async stop(): Promise<void> {
    await Promise.all([this.current.stop(), this.next?.stop()]);
  }

  private open(start: (listener: FeedListener) => FrameFeed): FrameFeed {
    const feed: FrameFeed = start({
      onReady: () => feed === this.current && this.listener.onReady(),
      onEnd: (error) => this.onDecoderEnd(feed, error),
    });
    return feed;
  }

  private openNext(): FrameFeed {
    this.next ??= this.open((inner) => this.decoders.loop(inner));
    return this.next;
  }

  /** Also where FFmpeg should loop for ever it comes to an end with formats that it cannot rewind. */
  private onDecoderEnd(feed: FrameFeed, error: StreamerError | null): void {
    if (error) return this.fail(error);
    const isEmpty = feed === this.next || this.taken === 0;
    if (isEmpty && !(this.inTail && feed === this.current)) {
      return this.fail(new StreamerError('SOURCE_FAILED', 'FFmpeg decoded no frame.'));
    }
    this.current = this.openNext();
    this.next = null;
    this.inTail = false;
    this.taken = 0;
    if (this.current.readyFrames > 0) this.listener.onReady();
  }

  private fail(error: StreamerError): void {
    void this.stop();
    this.listener.onEnd(error);
  }
}
