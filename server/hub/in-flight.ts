/**
 * The frames sent to one subscriber and not yet acknowledged, in order of their sequence numbers. Two plain arrays
 * with a moving head: nothing is allocated per frame once they have grown to the size of the window.
 */
export class InFlight {
  private readonly sequences: number[] = [];
  private readonly lengths: number[] = [];
  private head = 0;
  private totalBytes = 0;

  /** Frames in flight. */
  get frames(): number {
    return this.sequences.length - this.head;
  }

  /** Bytes in flight. */
  get bytes(): number {
    return this.totalBytes;
  }

  /** Notes a frame as sent; `sequence` must be greater than every one before. */
  add(sequence: number, lengthBytes: number): void {
    this.sequences.push(sequence);
    this.lengths.push(lengthBytes);
    this.totalBytes += lengthBytes;
  }

  /** Removes every frame up to and including `sequence` (acknowledgements are cumulative); returns how many. */
  acknowledge(sequence: number): number {
    const start = this.head;
    while (this.head < this.sequences.length && this.sequences[this.head]! <= sequence) {
      this.totalBytes -= this.lengths[this.head]!;
      this.head += 1;
    }
    const removed = this.head - start;
    if (this.head === this.sequences.length) this.clear();
    else if (this.head >= COMPACT_AT) this.compact();
    return removed;
  }

  private clear(): void {
    this.sequences.length = 0;
    this.lengths.length = 0;
    this.head = 0;
  }

  private compact(): void {
    this.sequences.splice(0, this.head);
    this.lengths.splice(0, this.head);
    this.head = 0;
  }
}

/** A head that moved this far is cut off; splicing now and then is cheaper than shifting each time. */
const COMPACT_AT = 256;
