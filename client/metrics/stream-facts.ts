import type { FrameHeader, StreamInfo, TimeSource } from '../../shared/protocol/messages.js';
import type { ShownState, StreamSnapshot } from './snapshot.js';

/** What `StreamFacts` contributes to a snapshot. */
export type FactFigures = Pick<StreamSnapshot, 'width' | 'height' | 'state' | 'reason' | 'timeSource' | 'timeSources'>;

/** What a stream is at present, in its own words and in those of its frames, whichever came last. */
export class StreamFacts {
  private announced: StreamInfo;
  private width: number;
  private height: number;
  private shownState: ShownState;
  private reason: string | null = null;
  private newestTimeSource: TimeSource;
  private timeSources = noTimeSources();

  constructor(info: StreamInfo) {
    this.announced = info;
    this.width = info.width;
    this.height = info.height;
    this.shownState = info.state;
    this.newestTimeSource = info.timeSource;
  }

  get state(): ShownState {
    return this.shownState;
  }

  onFrame(header: FrameHeader): void {
    this.onPicture(header);
    this.newestTimeSource = header.timeSource;
    this.timeSources[header.timeSource] += 1;
  }

  /** Only the size of a picture counts, because it is one of the past. */
  onPicture({ width, height }: FrameHeader): void {
    this.width = width;
    this.height = height;
  }

  /** The server describes the stream. What it says of size and time source counts where it is news. */
  onInfo(info: StreamInfo, reason: string | null): void {
    const { announced } = this;
    if (info.width !== announced.width || info.height !== announced.height) {
      this.width = info.width;
      this.height = info.height;
    }
    if (info.timeSource !== announced.timeSource) this.newestTimeSource = info.timeSource;
    this.announced = info;
    this.shownState = info.state;
    this.reason = reason;
  }

  onRemoved(): void {
    this.shownState = 'removed';
  }

  figures(): FactFigures {
    const { width, height, reason } = this;
    const timeSources = { ...this.timeSources };
    return { width, height, state: this.shownState, reason, timeSource: this.newestTimeSource, timeSources };
  }

  /** Counts anew; what the stream is stays. */
  reset(): void {
    this.timeSources = noTimeSources();
  }
}

function noTimeSources(): Record<TimeSource, number> {
  return { schedule: 0, arrival: 0, source: 0 };
}
