import type { FrameHeader } from '../../shared/protocol/messages.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { SequenceRange } from '../hub/skip-ranges.js';
import type { RecordSettings } from '../stream-settings.js';
import type { Disk } from './disk.js';
import type { SegmentFiles } from './segment-files.js';
import type { Sidecar } from './sidecar.js';
import type { VideoFile } from './video-file.js';

/** Why a frame begins a new file: a limit was reached, or it does not go with those before. */
export type Ending = 'time' | 'bytes' | 'size' | 'clock' | 'gap';

/** A clock that goes back by more than this is taken for a leap, not for a source that is not exact. */
const MAX_STEP_BACK_US = 1_000_000;
/** MP4 holds the time from a frame to the next as 32 bits of microseconds, 71 minutes. */
const MAX_GAP_US = 3600_000_000;

/** A video with its sidecar while they are written. */
export class Segment {
  private readonly startTimeUs: number;
  private readonly width: number;
  private readonly height: number;
  private lastTimeUs = -1;
  private frameCount = 0;

  constructor(
    private readonly disk: Disk,
    private readonly files: SegmentFiles,
    private readonly video: VideoFile,
    private readonly sidecar: Sidecar,
    first: FrameHeader,
    /** When it was made, by the clock of this process. */
    readonly openedUs: number,
  ) {
    this.startTimeUs = first.captureTimeUs;
    this.width = first.width;
    this.height = first.height;
  }

  get path(): string {
    return this.files.path;
  }

  /** Frames in the file. */
  get frames(): number {
    return this.frameCount;
  }

  /** Bytes of the video. */
  get bytes(): number {
    return this.video.bytes;
  }

  /** Why the frame cannot go into this file; null when it can. */
  endsBefore(
    { captureTimeUs, width, height }: FrameHeader,
    { segmentSeconds, segmentBytes }: RecordSettings,
  ): Ending | null {
    if (this.frameCount === 0) return null;
    const timeUs = captureTimeUs - this.startTimeUs;
    if (width !== this.width || height !== this.height) return 'size';
    if (timeUs < this.lastTimeUs - MAX_STEP_BACK_US) return 'clock';
    if (timeUs > this.lastTimeUs + MAX_GAP_US) return 'gap';
    if (segmentSeconds !== null && timeUs >= segmentSeconds * 1_000_000) return 'time';
    return segmentBytes !== null && this.bytes >= segmentBytes ? 'bytes' : null;
  }

  /** Notes frames that are left out. */
  addGap(range: SequenceRange): void {
    this.sidecar.addGap(range);
  }

  /** Resolves when the frame was written, or taken by FFmpeg. Rejects as `VideoFile.add` does. */
  async add({ header, jpeg }: PublishedFrame): Promise<void> {
    // Times in a file have to grow, and those of a source need not.
    const timeUs = Math.max(header.captureTimeUs - this.startTimeUs, this.lastTimeUs + 1);
    await this.video.add(timeUs, jpeg);
    this.lastTimeUs = timeUs;
    this.frameCount += 1;
    this.sidecar.addFrame(header);
  }

  /** To be called every second: brings the sidecar to the disk. Rejects with the error of the system. */
  async flush(): Promise<void> {
    await this.sidecar.flush();
    await this.video.measure();
  }

  /** Completes both files; where there is nothing in the video, takes them away. Rejects as `VideoFile.add` does. */
  async finish(): Promise<void> {
    const results = await Promise.allSettled([this.video.finish(), this.sidecar.close()]);
    if (this.video.bytes === 0) await this.remove();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  private async remove(): Promise<void> {
    await this.disk.remove(this.files.path);
    await this.disk.remove(this.files.sidecarPath);
  }
}
