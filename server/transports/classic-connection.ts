import type { Socket } from 'node:net';
import type { PublishedFrame } from '../hub/frame.js';
import type { FrameSink } from '../hub/subscriber.js';
import { Subscriber } from '../hub/subscriber.js';
import { socketKey } from './kernel-queue.js';

/** Bytes before each JPEG: the length of what follows (u32) and the capture time in seconds (f64). */
const HEADER_BYTES = 12;
const TIME_BYTES = 8;
/** More frames than this in the kernel's queue mean that the peer lags. */
const MAX_QUEUED_FRAMES = 3;

/**
 * One client of the classic wire. It cannot acknowledge, so the connection does it in its place: a frame counts as
 * received once the kernel has taken it and holds no more than a few frames for the peer.
 */
export class ClassicConnection implements FrameSink {
  readonly key: string;
  readonly subscriber: Subscriber;
  private lastFrameBytes = 0;
  private lastSequence = -1;
  private inKernel = true;
  private queuedBytes = 0;

  constructor(
    private readonly socket: Socket,
    fps: number,
  ) {
    this.key = socketKey(socket);
    this.subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps, sink: this, fixedWindow: 1 });
    socket.on('drain', () => this.subscriber.pump());
  }

  /** Whether the peer is behind, so that its queue is worth looking at often. */
  get isLagging(): boolean {
    return this.queuedBytes > MAX_QUEUED_FRAMES * this.lastFrameBytes;
  }

  /** Notes how many bytes the kernel holds for the peer. */
  onKernelQueue(queuedBytes: number): void {
    this.queuedBytes = queuedBytes;
    this.settle();
  }

  sendFrame({ header, jpeg }: PublishedFrame): void {
    if (!this.socket.writable) return;
    this.lastSequence = header.sequence;
    this.lastFrameBytes = HEADER_BYTES + jpeg.length;
    this.inKernel = false;
    this.socket.cork();
    this.socket.write(classicHeader(header.captureTimeUs, jpeg.length));
    this.socket.write(jpeg, () => {
      this.inKernel = true;
      this.settle();
    });
    this.socket.uncork();
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

  private settle(): void {
    if (this.inKernel && !this.isLagging && this.lastSequence >= 0) this.subscriber.acknowledge(this.lastSequence);
  }
}

function classicHeader(captureTimeUs: number, jpegBytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(TIME_BYTES + jpegBytes, 0);
  header.writeDoubleBE(captureTimeUs / 1_000_000, 4);
  return header;
}
