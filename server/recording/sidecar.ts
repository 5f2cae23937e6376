import type { FrameHeader } from '../../shared/protocol/messages.js';
import type { SequenceRange } from '../hub/skip-ranges.js';
import type { RecordSettings } from '../stream-settings.js';
import type { DiskFile } from './disk.js';

/** First line of a sidecar. */
export interface SidecarHeader {
  readonly schema: 'frame-streamer/recording/1';
  readonly stream: string;
  /** Name of the video beside it. */
  readonly file: string;
  readonly format: RecordSettings['format'];
  /** Capture time of the first frame, microseconds since the epoch: time 0 of the video. */
  readonly startTimeUs: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The file of JSON lines beside a video: what it is, then for each frame its number and its exact time, and for frames
 * that are not in it which ones. Lines are gathered and written with `flush`.
 */
export class Sidecar {
  private lines = '';
  private lengthBytes = 0;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: DiskFile,
    header: SidecarHeader,
  ) {
    this.add(header);
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.lengthBytes;
  }

  addFrame({ sequence, captureTimeUs, timeSource, clockErrorUs }: FrameHeader): void {
    this.add({ sequence, captureTimeUs, timeSource, clockErrorUs });
  }

  addGap({ first, last }: SequenceRange): void {
    this.add({ skippedFirst: first, skippedLast: last });
  }

  /** Writes the lines that were not written yet. Rejects with the error of the system. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  /** Writes what is left and closes the file, also when that fails. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.file.close();
    }
  }

  private async write(): Promise<void> {
    if (this.lines === '') return;
    const bytes = Buffer.from(this.lines);
    this.lines = '';
    await this.file.append([bytes]);
    this.lengthBytes += bytes.length;
  }

  private add(line: object): void {
    this.lines += `${JSON.stringify(line)}\n`;
  }
}
