import { encodeFrameHeader } from '../../shared/protocol/codec.js';
import { FrameFlag } from '../../shared/protocol/messages.js';
import type { PublishedFrame } from './frame.js';

/** The newest frames of a stream, for those who join late. Memory is bounded by their number alone: the JPEGs are shared. */
export class RecentFrames {
  private readonly frames: PublishedFrame[] = [];

  /** @param capacity frames kept, at least 1 */
  constructor(private readonly capacity: number) {}

  add(frame: PublishedFrame): void {
    this.frames.push(frame);
    if (this.frames.length > this.capacity) this.frames.shift();
  }

  /** The newest frame as it was published; undefined while there is none. */
  get newest(): PublishedFrame | undefined {
    return this.frames.at(-1);
  }

  /** The newest `count` frames, oldest first, marked as kept: what they waited here is no latency. */
  kept(count: number): PublishedFrame[] {
    return this.frames.slice(Math.max(0, this.frames.length - count)).map(markKept);
  }

  clear(): void {
    this.frames.length = 0;
  }
}

function markKept(frame: PublishedFrame): PublishedFrame {
  const header = { ...frame.header, flags: frame.header.flags | FrameFlag.KEPT };
  return { header, packetHeader: encodeFrameHeader(header, frame.jpeg.length), jpeg: frame.jpeg };
}
