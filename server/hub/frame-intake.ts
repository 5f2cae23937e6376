import { FrameFlag } from '../../shared/protocol/messages.js';
import type { PublishedFrame } from './frame.js';
import type { SequenceRange } from './skip-ranges.js';
import type { HubStream } from './stream.js';
import { Subscriber } from './subscriber.js';
import type { FrameSink } from './subscriber.js';

/** A frame that waits to be written, and the ranges that were left out before it. */
export interface TakenFrame {
  readonly frame: PublishedFrame;
  readonly skipped: readonly SequenceRange[];
}

/** How many frames may wait to be written, and with how many bytes in all (one frame more). */
export interface IntakeLimits {
  readonly frames: number;
  readonly bytes: number;
}

/** Seven seconds of 1080p at 30 frames a second, so that a disk may be busy for a while. */
export const INTAKE_LIMITS: IntakeLimits = { frames: 256, bytes: 32 * 1024 * 1024 };

/**
 * Takes a stream's frames from the hub and holds them until they are written, as a client that acknowledges what it has
 * written. While it is full the newest frame waits with the subscriber and older ones are left out, so the stream is never
 * held up and memory is bounded.
 */
export class FrameIntake implements FrameSink {
  private readonly subscriber: Subscriber;
  private readonly waiting: TakenFrame[] = [];
  private waitingBytes = 0;

  /** @param onFrame called for each frame that came; it must not take frames at once */
  constructor(
    private readonly stream: HubStream,
    private readonly onFrame: () => void,
    private readonly limits: IntakeLimits = INTAKE_LIMITS,
  ) {
    const { fps } = stream.description;
    this.subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps, sink: this, fixedWindow: limits.frames });
  }

  /** From now on frames come; the source runs, since somebody wants them. */
  open(): void {
    this.stream.subscribe(this.subscriber);
  }

  /** No more frames come; those that wait stay. */
  close(): void {
    this.stream.unsubscribe(this.subscriber);
  }

  /** The frame to be written next; undefined when none waits. */
  get first(): TakenFrame | undefined {
    return this.waiting[0];
  }

  /** Frames that were left out because too many waited. */
  get leftOut(): number {
    return this.subscriber.counters.replaced;
  }

  /** The first frame was dealt with. */
  releaseFirst(): void {
    const released = this.waiting.shift();
    if (!released) return;
    this.waitingBytes -= released.frame.jpeg.length;
    this.subscriber.acknowledge(released.frame.header.sequence);
  }

  sendFrame(frame: PublishedFrame, skipped: readonly SequenceRange[]): void {
    // A frame of the past would come twice. None is asked for, but one that came would still have to be acknowledged.
    if ((frame.header.flags & FrameFlag.KEPT) !== 0) return;
    this.waiting.push({ frame, skipped });
    this.waitingBytes += frame.jpeg.length;
    this.onFrame();
  }

  /** What a socket would hold back: nothing until the limit is reached. */
  backlogBytes(): number {
    return this.waitingBytes < this.limits.bytes ? 0 : this.waitingBytes;
  }

  sendCredit(): void {
    // Each frame is acknowledged.
  }

  tooFarBehind(): void {
    // Only with the policy `every`.
  }
}
