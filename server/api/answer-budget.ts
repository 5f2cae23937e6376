import type { AnswerTaker } from './gone-signal.js';

const MAX_HELD_BYTES = 64 * 1024 * 1024;

/**
 * Bounds the memory of answers that slow readers have not taken yet. A picture that several wait for is there once, so it
 * counts once.
 */
export class AnswerBudget {
  private readonly takers = new Map<Buffer, number>();
  private heldBytes = 0;

  constructor(private readonly maxHeldBytes = MAX_HELD_BYTES) {}

  /** Bytes of answers under way. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** Counts `picture` until `taker` has it or is gone; false when there is no room for it. One always fits. */
  hold(picture: Buffer, taker: AnswerTaker): boolean {
    if (taker.destroyed) return true;
    const count = this.takers.get(picture) ?? 0;
    const surplusBytes = count === 0 ? picture.length : 0;
    if (this.heldBytes > 0 && this.heldBytes + surplusBytes > this.maxHeldBytes) return false;
    this.takers.set(picture, count + 1);
    this.heldBytes += surplusBytes;
    taker.once('close', () => this.release(picture));
    return true;
  }

  private release(picture: Buffer): void {
    const count = this.takers.get(picture) ?? 0;
    if (count > 1) {
      this.takers.set(picture, count - 1);
      return;
    }
    this.takers.delete(picture);
    this.heldBytes -= picture.length;
  }
}
