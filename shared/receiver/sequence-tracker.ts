import { AnnouncedRanges } from './announced-ranges.js';

/** Frames missing before the one that came: `skipped` by the server on purpose, `lost` for any other reason. */
export interface Gap {
  readonly lost: number;
  readonly skipped: number;
}

const NO_GAP: Gap = { lost: 0, skipped: 0 };

/**
 * Finds gaps in the sequence numbers of one stream. The first frame starts the count. Work and memory do not depend on
 * the size of a gap, so a peer that jumps by 2^50 costs nothing.
 */
export class SequenceTracker {
  private readonly announced = new AnnouncedRanges();
  private next: number | null = null;

  /** The gap before the frame `sequence`; null when it is not newer than the newest so far (a repetition). */
  onFrame(sequence: number): Gap | null {
    if (this.next !== null && sequence < this.next) return null;
    const missing = this.next === null ? 0 : sequence - this.next;
    const skipped = this.announced.takeBelow(sequence);
    // A range may cover the frame that came after all.
    this.announced.takeBelow(sequence + 1);
    this.next = sequence + 1;
    if (missing === 0) return NO_GAP;
    return { lost: missing - skipped, skipped };
  }

  /** The server skips the frames `first` to `last`, both included; it says so before the frame that follows them. */
  onSkipped(first: number, last: number): void {
    this.announced.add(this.next === null ? first : Math.max(first, this.next), last);
  }

  /** Starts over: the next frame belongs to another timeline. */
  restart(): void {
    this.announced.clear();
    this.next = null;
  }
}
