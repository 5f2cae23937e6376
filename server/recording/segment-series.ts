import { basename } from 'node:path';
import { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { FrameHeader } from '../../shared/protocol/messages.js';
import type { SequenceRange } from '../hub/skip-ranges.js';
import type { RecordSettings } from '../stream-settings.js';
import type { TakenFrame } from '../hub/frame-intake.js';
import { isNoRoom } from './recording-error.js';
import type { Segment } from './segment.js';

/** What a series needs. */
export interface SeriesParts {
  readonly settings: RecordSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes a segment for the frame and those that follow it. Rejects with the error of the system. */
  readonly openSegment: (first: FrameHeader) => Promise<Segment>;
  /** Called when a segment is complete, with nothing else in the making. */
  readonly onSegment: () => void;
}

/**
 * A source whose size or clock leaps all the time makes no more than one file in this time; it is well below the shortest
 * segment that can be asked for, so that files on time are never late.
 */
const LEAST_DISTANCE_US = 500_000;
/** An FFmpeg that ran for so long is started anew at once. */
const STABLE_US = 60_000_000;

/**
 * Puts the frames of a stream into one segment after another. An FFmpeg that fails costs a frame or more and begins the
 * next segment, ever later; whatever else fails ends the series.
 */
export class SegmentSeries {
  private present: Segment | null = null;
  private lastPath: string | null = null;
  private readonly backoff = new Backoff();
  private notBeforeUs = 0;
  private isHurrying = false;
  private endPause: () => void = () => undefined;
  private pendingGaps: SequenceRange[] = [];
  private completeFrames = 0;
  private completeBytes = 0;
  private lostFrames = 0;

  constructor(private readonly parts: SeriesParts) {}

  /** The file that is written, or was last. */
  get path(): string | null {
    return this.lastPath;
  }

  /** Name of the file that is written; null while there is none. */
  get presentFile(): string | null {
    return this.present ? basename(this.present.path) : null;
  }

  /** Frames in all files. */
  get frames(): number {
    return this.completeFrames + (this.present?.frames ?? 0);
  }

  /** Bytes of all videos. */
  get bytes(): number {
    return this.completeBytes + (this.present?.bytes ?? 0);
  }

  /** Frames that were lost because FFmpeg failed. */
  get lost(): number {
    return this.lostFrames;
  }

  /** Writes the next frame. Rejects with the error of the system, never because FFmpeg failed. */
  async write({ frame, skipped }: TakenFrame): Promise<void> {
    this.pendingGaps.push(...skipped);
    const { header } = frame;
    await this.endBefore(header);
    const segment = await this.openFor(header);
    if (!segment) return this.lose(header.sequence);
    for (const gap of this.pendingGaps.splice(0)) segment.addGap(gap);
    try {
      await segment.add(frame);
    } catch (error) {
      await this.fail(error);
      this.lose(header.sequence);
    }
  }

  /** To be called every second. Rejects as `write` does. */
  async flush(): Promise<void> {
    await this.present?.flush();
  }

  /** Completes the present segment; the next frame begins another. Rejects as `write` does. */
  async finish(): Promise<void> {
    const segment = this.present;
    if (!segment) return;
    try {
      await segment.finish();
      this.parts.logger.info({ file: segment.path, frames: segment.frames, bytes: segment.bytes }, 'recorded');
    } catch (error) {
      if (!isOfFfmpeg(error)) throw error;
      this.waitAfterFailure(segment, error);
    } finally {
      this.leave(segment);
    }
  }

  /** Waits for nothing any more: what would have to wait is lost. */
  hurry(): void {
    this.isHurrying = true;
    this.endPause();
  }

  private async endBefore(header: FrameHeader): Promise<void> {
    const ending = this.present?.endsBefore(header, this.parts.settings);
    if (!this.present || !ending) return;
    const { openedUs } = this.present;
    await this.finish();
    if (ending !== 'bytes') this.notBeforeUs = Math.max(this.notBeforeUs, openedUs + LEAST_DISTANCE_US);
  }

  private async openFor(header: FrameHeader): Promise<Segment | null> {
    if (this.present) return this.present;
    await this.pause();
    if (this.parts.clock.nowUs() < this.notBeforeUs) return null;
    this.present = await this.parts.openSegment(header);
    this.lastPath = this.present.path;
    this.parts.logger.debug({ file: this.lastPath }, 'recording into a new file');
    return this.present;
  }

  /** Until a segment may begin; shorter in a hurry. */
  private async pause(): Promise<void> {
    const waitUs = this.notBeforeUs - this.parts.clock.nowUs();
    if (waitUs <= 0 || this.isHurrying) return;
    let cancel: CancelTimer = () => undefined;
    await new Promise<void>((resolve) => {
      this.endPause = resolve;
      cancel = this.parts.clock.schedule(waitUs, resolve);
    });
    cancel();
  }

  private async fail(error: unknown): Promise<void> {
    const segment = this.present;
    if (!segment || !isOfFfmpeg(error)) throw error;
    this.waitAfterFailure(segment, error);
    // It failed already; what its files say now is nothing new.
    await segment.finish().catch((again: unknown) => {
      if (isNoRoom(again)) throw again;
    });
    this.leave(segment);
  }

  private waitAfterFailure(segment: Segment, error: unknown): void {
    const nowUs = this.parts.clock.nowUs();
    if (nowUs - segment.openedUs >= STABLE_US) this.backoff.reset();
    const delayMs = Math.round(this.backoff.nextDelayMs());
    this.notBeforeUs = nowUs + delayMs * 1000;
    this.parts.logger.error({ err: error, file: segment.path, retryMs: delayMs }, 'recording goes on in another file');
  }

  private leave(segment: Segment): void {
    this.present = null;
    this.completeFrames += segment.frames;
    this.completeBytes += segment.bytes;
    this.parts.onSegment();
  }

  private lose(sequence: number): void {
    this.lostFrames += 1;
    const last = this.pendingGaps.at(-1);
    if (last && last.last === sequence - 1) this.pendingGaps.splice(-1, 1, { first: last.first, last: sequence });
    else this.pendingGaps.push({ first: sequence, last: sequence });
  }
}

/** Whether FFmpeg failed, and not for want of room. */
function isOfFfmpeg(error: unknown): boolean {
  return error instanceof StreamerError && error.code === 'FFMPEG_FAILED' && !isNoRoom(error);
}
