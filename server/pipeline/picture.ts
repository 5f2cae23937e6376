import type { ProcessingOutcome } from './frame-processing.js';
import type { RawPicture } from './jpeg-codec.js';

/**
 * The raw picture of one frame and the memory it came in. Processors may give it other memory, or another size; what
 * came from a pool goes back there once, as itself or as what a worker returned in its place.
 */
export class Picture implements RawPicture {
  data: Buffer;
  width: number;
  height: number;
  /** What goes back to the pool; null when it is gone for good. */
  private pooled: Buffer | null;
  private isReleased = false;

  constructor(
    { data, width, height }: RawPicture,
    private readonly giveBack: (replacement: Buffer | null) => void,
  ) {
    this.data = data;
    this.width = width;
    this.height = height;
    this.pooled = data;
  }

  /** Takes over what the processors made of it; false when the frame is to be left out. */
  take(outcome: ProcessingOutcome): boolean {
    if (outcome.kind !== 'picture') {
      this.pooled = outcome.kind === 'dropped' ? outcome.spare : null;
      return false;
    }
    this.data = outcome.data;
    this.width = outcome.width;
    this.height = outcome.height;
    this.pooled = outcome.spare ?? outcome.data;
    return true;
  }

  /** Gives the memory back; later calls do nothing. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.giveBack(this.pooled);
  }
}
