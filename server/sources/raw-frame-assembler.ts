import { Writable } from 'node:stream';

/** A complete raw picture; `release` gives its buffer back to the pool it came from. */
export interface AssembledFrame {
  readonly data: Buffer;
  release(): void;
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
  /** Bytes that came while no buffer was free: at most one chunk. */
  private rest: Buffer | null = null;
  private discarding = false;

  /** @param onFrame called for each complete picture, in order @param onEnd called once when the pipe ended */
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
    return this.take(chunk);
  }

  override end(): this {
    this.onEnd();
    return this;
  }

  /** Throws away all that still comes, so that the pipe of a child that was ended drains and closes. */
  discard(): void {
    this.discarding = true;
    this.rest = null;
    this.emit('drain');
  }

  private take(chunk: Buffer): boolean {
    if (this.discarding) return true;
    let offset = 0;
    while (offset < chunk.length) {
      this.current ??= this.nextBuffer();
      if (!this.current) {
        this.rest = chunk.subarray(offset);
        return false;
      }
      const copied = chunk.copy(this.current, this.filledBytes, offset);
      offset += copied;
      this.filledBytes += copied;
      if (this.filledBytes === this.frameBytes) this.complete(this.current);
    }
    return true;
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

  private giveBack(buffer: Buffer): void {
    this.free.push(buffer);
    const rest = this.rest;
    if (!rest) return;
    this.rest = null;
    if (this.take(rest)) this.emit('drain');
  }
}
