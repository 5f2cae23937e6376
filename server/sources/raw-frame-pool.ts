import type { ByteSink } from '../../shared/ffmpeg/byte-sink.js';

/** A complete raw picture in memory of the pool. */
export interface AssembledFrame {
  readonly data: Buffer;
  /**
   * Gives the buffer back; to be called once. A buffer that went through a worker comes back as another one, which is
   * given here; null says that it is gone for good.
   */
  readonly release: (replacement?: Buffer | null) => void;
}

/** Options of a frame pool. */
export interface RawFramePoolOptions {
  readonly frameBytes: number;
  /** Complete pictures that may be out at once; one more buffer is being filled, or waits to be. */
  readonly maxBuffers: number;
  /** Called for each complete picture, in order. */
  readonly onFrame: (frame: AssembledFrame) => void;
  /** Called when a picture came back after `filled` had said to wait: it may go on. */
  readonly onRoom: () => void;
  /** Called once, after the last picture. */
  readonly onEnd: () => void;
}

/**
 * Cuts the bytes of raw video into pictures of `frameBytes` bytes, in buffers that are used again and into which the bytes
 * are read directly. Each buffer owns its memory, so that it can be handed to a worker.
 */
export class RawFramePool implements ByteSink {
  private readonly free: Buffer[] = [];
  private current: Buffer;
  private filledBytes = 0;
  /** Pictures that were handed out and did not come back. */
  private out = 0;
  private isWaiting = false;

  constructor(private readonly options: RawFramePoolOptions) {
    this.current = this.nextBuffer();
  }

  target(): Buffer {
    return this.filledBytes === 0 ? this.current : this.current.subarray(this.filledBytes);
  }

  filled(lengthBytes: number): boolean {
    this.filledBytes += lengthBytes;
    if (this.filledBytes === this.options.frameBytes) this.complete(this.current);
    this.isWaiting = this.out >= this.options.maxBuffers;
    return !this.isWaiting;
  }

  /** What is left of a picture that was cut short is dropped. */
  end(): void {
    this.options.onEnd();
  }

  private complete(data: Buffer): void {
    this.out += 1;
    this.filledBytes = 0;
    // Taken before the picture is handed out: it may come back at once, and the reader wants its next target anyway.
    this.current = this.nextBuffer();
    this.options.onFrame({ data, release: (replacement = data) => this.takeBack(replacement) });
  }

  private nextBuffer(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.options.frameBytes);
  }

  private takeBack(buffer: Buffer | null): void {
    this.out -= 1;
    if (buffer && this.isUsable(buffer)) this.free.push(buffer);
    if (!this.isWaiting) return;
    this.isWaiting = false;
    this.options.onRoom();
  }

  /** Not one that is only a part of some memory, nor one whose memory went to another thread. */
  private isUsable(buffer: Buffer): boolean {
    const { frameBytes } = this.options;
    return buffer.length === frameBytes && buffer.buffer.byteLength === frameBytes;
  }
}
