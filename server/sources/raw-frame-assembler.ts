import { Writable } from 'node:stream';

/** A complete raw picture; `release` gives its buffer back to the pool it came from. */
export interface AssembledFrame {
  readonly data: Buffer;
  readonly release: () => void;
}

/**
 * Cuts the bytes of a raw video pipe into pictures of `frameBytes` bytes, in buffers that are used again. When no buffer
 * is free it takes no more, which stops the writer at the other end of the pipe.
 *
 * It is a Writable only so that a stream can be piped into it: `write` and `end` are replaced, so no chunk passes
 * through a stream's own queue.
 */
export class RawFrameAssembler extends Writable {
  private readonly free: Buffer[] = [];
  private allocated = 0;
  private current: Buffer | null = null;
  private filledBytes = 0;
  /**
   * Bytes that came while no buffer was free: one chunk, and at the end all that was left in the pipe, because Node lets
   * even a paused pipe flow once the child has gone.
   */
  private readonly waiting: Buffer[] = [];
  private isFilling = false;
  private writerWaits = false;
  private ended = false;
  private endTold = false;
  private discarding = false;

  /** @param onFrame called for each complete picture, in order @param onEnd called once, after the last picture */
  constructor(
    private readonly frameBytes: number,
    private readonly maxBuffers: number,
    private readonly onFrame: (frame: AssembledFrame) => void,
    private readonly onEnd: () => void,
  ) {
    super();
  }

  override write(chunk: unknown): boolean {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('raw video comes as buffers');
    if (this.discarding) return true;
    this.waiting.push(chunk);
    this.fill();
    this.writerWaits = this.waiting.length > 0;
    return !this.writerWaits;
  }

  override end(): this {
    this.ended = true;
    this.settle();
    return this;
  }

  /** Throws away all that still comes, so that the pipe of a child that was ended drains and closes. */
  discard(): void {
    this.discarding = true;
    this.waiting.length = 0;
    this.settle();
  }

  /** Cuts what waits into pictures, as far as there are buffers. */
  private fill(): void {
    this.isFilling = true;
    this.cutWaiting();
    this.isFilling = false;
  }

  private cutWaiting(): void {
    for (let chunk = this.waiting[0]; chunk; chunk = this.waiting[0]) {
      this.current ??= this.nextBuffer();
      if (!this.current) return;
      const copied = chunk.copy(this.current, this.filledBytes);
      this.filledBytes += copied;
      if (copied === chunk.length) this.waiting.shift();
      else this.waiting[0] = chunk.subarray(copied);
      if (this.filledBytes === this.frameBytes) this.complete(this.current);
    }
  }

  private complete(data: Buffer): void {
    this.current = null;
    this.filledBytes = 0;
    this.onFrame({ data, release: () => this.giveBack(data) });
  }

  private nextBuffer(): Buffer | null {
    const buffer = this.free.pop();
    if (buffer) return buffer;
    if (this.allocated === this.maxBuffers) return null;
    this.allocated += 1;
    return Buffer.allocUnsafeSlow(this.frameBytes);
  }

  /** Also called while pictures are being cut: then the loop that cuts them finds the buffer by itself. */
  private giveBack(buffer: Buffer): void {
    this.free.push(buffer);
    if (this.isFilling) return;
    this.fill();
    this.settle();
  }

  /** Once nothing waits any more: lets the writer go on, or tells the end. */
  private settle(): void {
    if (this.waiting.length > 0) return;
    if (this.writerWaits) {
      this.writerWaits = false;
      this.emit('drain');
    }
    if (this.ended && !this.endTold) {
      this.endTold = true;
      this.onEnd();
    }
  }
}
