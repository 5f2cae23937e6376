import type { Socket } from 'node:net';
import type { ByteBudget } from '../hub/byte-budget.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { FrameSink } from '../hub/subscriber.js';
import { Subscriber } from '../hub/subscriber.js';
import type { KernelQueue } from './kernel-queue.js';
import { socketKey } from './kernel-queue.js';
import type { WatchedPeer } from './kernel-queue-watch.js';

/** Writes a frame in one go, calls `onTaken` when the kernel has all of it, and returns its length in bytes. */
export type FrameWriter = (socket: Socket, frame: PublishedFrame, onTaken: () => void) => number;

/** What a peer is sent, and how. */
export interface PeerOptions {
  /** The stream's nominal rate; 0 while it is not known. */
  readonly fps: number;
  readonly maxFps: number | null;
  /** What may be sent in a second; null sets no limit. */
  readonly budget: ByteBudget | null;
  readonly writeFrame: FrameWriter;
}

/** What a stream is taken for while its rate is not known. */
const ASSUMED_FPS = 30;
/** More than this many frames in the kernel's queue, besides those that a long path needs, mean that the peer lags. */
const LAG_FRAMES = 1;
/** One that may lag gets its next frame when no more than this is queued: its own kernel holds enough to go on with. */
const SUSPECT_FRAMES = 0.5;
/** Looks at an empty queue after which a peer is trusted that has just come, and one that lagged: two seconds of them. */
const NEWCOMER_LOOKS = 25;
const LAGGARD_LOOKS = 100;

/**
 * A peer that cannot acknowledge, so this does it in its place: a frame counts as received once the kernel has taken it
 * and holds no more than a frame for the peer. The kernel is asked now and then. Of a peer that lagged lately, or has just
 * come, it is asked often, and what was written since is taken as still queued: then no frame is late because the asking is.
 */
export class UnacknowledgedPeer implements FrameSink, WatchedPeer {
  readonly key: string;
  readonly subscriber: Subscriber;
  private lastFrameBytes = 0;
  private lastSequence = -1;
  private isTaken = true;
  private queuedBytes = 0;
  private writtenSinceLook = 0;
  private looksUntilTrusted = NEWCOMER_LOOKS;
  private roundTripUs = Infinity;

  constructor(
    private readonly socket: Socket,
    private readonly options: PeerOptions,
  ) {
    const { fps, maxFps, budget } = options;
    this.key = socketKey(socket);
    this.subscriber = new Subscriber({ policy: 'latest', maxFps, fps, sink: this, fixedWindow: 1, budget });
    socket.on('drain', () => this.subscriber.pump());
  }

  get isSuspect(): boolean {
    return this.looksUntilTrusted > 0;
  }

  onLook(): void {
    this.writtenSinceLook = 0;
  }

  onKernelQueue(queue: KernelQueue | null): void {
    this.queuedBytes = queue?.queuedBytes ?? 0;
    // The shortest is the path's own; what is longer is time in queues.
    this.roundTripUs = Math.min(this.roundTripUs, queue?.roundTripUs ?? 0);
    // Before the first frame there is only what precedes it.
    const hasFrames = this.lastSequence >= 0;
    if (hasFrames && this.queuedBytes > this.limitBytes(LAG_FRAMES)) this.looksUntilTrusted = LAGGARD_LOOKS;
    else if (this.isSuspect && this.isQueueEmpty()) this.looksUntilTrusted -= 1;
    this.settle();
  }

  onUnwatched(): void {
    this.queuedBytes = 0;
    this.looksUntilTrusted = 0;
    this.settle();
  }

  sendFrame(frame: PublishedFrame): void {
    if (!this.socket.writable) return;
    this.lastSequence = frame.header.sequence;
    this.isTaken = false;
    this.lastFrameBytes = this.options.writeFrame(this.socket, frame, this.onTaken);
    this.writtenSinceLook += this.lastFrameBytes;
  }

  backlogBytes(): number {
    return this.socket.writableLength;
  }

  sendCredit(): void {
    // Nobody at the other end could use it.
  }

  tooFarBehind(): void {
    this.socket.destroy();
  }

  private readonly onTaken = (): void => {
    this.isTaken = true;
    this.settle();
  };

  private settle(): void {
    if (this.isTaken && !this.isBehind() && this.lastSequence >= 0) this.subscriber.acknowledge(this.lastSequence);
  }

  private isBehind(): boolean {
    if (!this.isSuspect) return this.queuedBytes > this.limitBytes(LAG_FRAMES);
    // One that lags has frames in its own kernel, which nobody here sees: a frame a look keeps those few.
    const isLaggard = this.looksUntilTrusted > NEWCOMER_LOOKS;
    const frames = this.isQueueEmpty() && !isLaggard ? LAG_FRAMES : SUSPECT_FRAMES;
    return this.queuedBytes + this.writtenSinceLook > this.limitBytes(frames);
  }

  private isQueueEmpty(): boolean {
    return this.queuedBytes <= this.limitBytes(0);
  }

  /** On a long path, also those that were sent and whose acknowledgement by the peer's kernel cannot be here yet. */
  private limitBytes(frames: number): number {
    const roundTripUs = Number.isFinite(this.roundTripUs) ? this.roundTripUs : 0;
    return (frames + this.framesIn(roundTripUs)) * this.lastFrameBytes;
  }

  private framesIn(timeUs: number): number {
    const { fps, maxFps } = this.options;
    return (timeUs / 1_000_000) * Math.min(fps > 0 ? fps : ASSUMED_FPS, maxFps ?? Infinity);
  }
}
