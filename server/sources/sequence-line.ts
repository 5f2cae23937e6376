import type { Source, SourceFrame, SourceInfo } from './source.js';

/**
 * The one numbering of a stream's frames through all its runs and sources. A live source is told the next number; a
 * paced one counts on its own timeline, and when it came in place of another one that timeline is moved behind it.
 */
export class SequenceLine {
  private upcoming = 0;
  private offset = 0;

  /** The number of the next frame: one more than the last that was seen or dropped. */
  get next(): number {
    return this.upcoming;
  }

  /** From now on the frames are those of `source`. */
  adopt({ isLive }: Source): void {
    this.offset = isLive ? 0 : this.upcoming;
  }

  /** A frame of the present source with its number in the stream. */
  frame(frame: SourceFrame): SourceFrame {
    const sequence = this.place(frame.sequence);
    return this.offset === 0 ? frame : renumbered(frame, sequence);
  }

  /** The place of the present source's frame `sequence` in the stream. */
  place(sequence: number): number {
    const placed = sequence + this.offset;
    this.upcoming = Math.max(this.upcoming, placed + 1);
    return placed;
  }

  /** What the present source says of itself, with the time at which the stream's frame 0 would have been due. */
  info(info: SourceInfo): SourceInfo {
    if (this.offset === 0) return info;
    return { ...info, startTimeUs: info.startTimeUs - Math.round((this.offset * 1_000_000) / info.fps) };
  }
}

function renumbered(frame: SourceFrame, sequence: number): SourceFrame {
  if (frame.kind === 'jpeg') return { ...frame, sequence };
  return { ...frame, sequence, release: (replacement) => frame.release(replacement) };
}
