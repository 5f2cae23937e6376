const NONE = Buffer.alloc(0);
const LEAST_BYTES = 4096;

/**
 * What a parser could not use yet of the chunks so far, in one piece. A chunk is copied only where something waits for
 * it, and what is left of it at its end.
 */
export class PendingBytes {
  private buffer = NONE;
  private filled = 0;

  /** @param usualMaxBytes grows in doubles, and from here on only by what is needed */
  constructor(private readonly usualMaxBytes: number) {}

  /** Bytes of memory held. */
  get capacityBytes(): number {
    return this.buffer.length;
  }

  /** Bytes that wait. */
  get lengthBytes(): number {
    return this.filled;
  }

  /** What waits and the chunk behind it; the chunk itself when nothing waits. Valid until the next call. */
  join(chunk: Buffer): Buffer {
    if (this.filled === 0) return chunk;
    this.append(chunk);
    return this.buffer.subarray(0, this.filled);
  }

  /** Keeps what of `view`, the answer of the last `join`, was not used. */
  keep(view: Buffer, usedBytes: number): void {
    if (view.buffer !== this.buffer.buffer) {
      this.filled = 0;
      this.append(view.subarray(usedBytes));
    } else if (usedBytes > 0) {
      this.buffer.copyWithin(0, usedBytes, this.filled);
      this.filled -= usedBytes;
    }
  }

  /** Gives the memory back; a view that is still in use stays valid. */
  release(): void {
    this.buffer = NONE;
    this.filled = 0;
  }

  private append(bytes: Buffer): void {
    const neededBytes = this.filled + bytes.length;
    if (neededBytes > this.buffer.length) this.grow(neededBytes);
    bytes.copy(this.buffer, this.filled);
    this.filled = neededBytes;
  }

  private grow(neededBytes: number): void {
    const doubledBytes = Math.max(LEAST_BYTES, this.buffer.length * 2);
    // Memory of its own, never from Node's pool: `keep` tells by it whose view it was given.
    const grown = Buffer.allocUnsafeSlow(Math.max(neededBytes, Math.min(doubledBytes, this.usualMaxBytes)));
    this.buffer.copy(grown, 0, 0, this.filled);
    this.buffer = grown;
  }
}
