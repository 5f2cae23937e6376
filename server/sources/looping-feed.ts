import { StreamerError } from '../../shared/errors.js';
import type { FeedFrame, FeedListener, FrameFeed } from './frame-feed.js';

/** Opens the decoders a loop is made of. */
export interface LoopDecoders {
  /** From the starting place to the end of the file, once. */
  tail(listener: FeedListener): FrameFeed;
  /** The whole file, again and again. */
  loop(listener: FeedListener): FrameFeed;
}

/**
 * A file without end, begun somewhere in its middle: first the tail of the file, then the endless loop. The loop's
 * decoder starts a little before the tail runs out and waits with its first pictures ready, so no gap shows.
 */
export class LoopingFeed implements FrameFeed {
  private current: FrameFeed;
  private loop: FrameFeed | null = null;
  private taken = 0;
  private takenFromLoop = 0;

  /**
   * @param tailFrames pictures the tail is expected to hold; 0 begins with the loop
   * @param overlapFrames how many pictures before the end of the tail the loop's decoder starts
   */
  constructor(
    private readonly decoders: LoopDecoders,
    private readonly tailFrames: number,
    private readonly overlapFrames: number,
    private readonly listener: FeedListener,
  ) {
    if (tailFrames === 0) this.current = this.openLoop();
    else
      this.current = decoders.tail({ onReady: () => this.listener.onReady(), onEnd: (error) => this.onTailEnd(error) });
  }

  get readyFrames(): number {
    return this.current.readyFrames;
  }

  take(): FeedFrame | undefined {
    this.taken += 1;
    if (this.current === this.loop) this.takenFromLoop += 1;
    else if (this.taken >= this.tailFrames - this.overlapFrames) this.openLoop();
    return this.current.take();
  }

  async stop(): Promise<void> {
    await Promise.all([this.current.stop(), this.loop?.stop()]);
  }

  private openLoop(): FrameFeed {
    this.loop ??= this.decoders.loop({ onReady: () => this.onLoopReady(), onEnd: (error) => this.onLoopEnd(error) });
    return this.loop;
  }

  private onLoopReady(): void {
    if (this.current === this.loop) this.listener.onReady();
  }

  private onTailEnd(error: StreamerError | null): void {
    if (error) return this.fail(error);
    this.current = this.openLoop();
    if (this.current.readyFrames > 0) this.listener.onReady();
  }

  /** FFmpeg should loop for ever; where a format cannot be rewound, each round gets a decoder of its own. */
  private onLoopEnd(error: StreamerError | null): void {
    if (error) return this.fail(error);
    if (this.takenFromLoop === 0) return this.fail(new StreamerError('SOURCE_FAILED', 'FFmpeg decoded no frame.'));
    this.takenFromLoop = 0;
    this.loop = null;
    this.current = this.openLoop();
  }

  private fail(error: StreamerError): void {
    void this.stop();
    this.listener.onEnd(error);
  }
}
