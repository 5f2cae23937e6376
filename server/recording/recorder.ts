import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { HubStream } from '../hub/stream.js';
import type { RecordSettings } from '../stream-settings.js';
import { nodeDisk } from './disk.js';
import type { Disk } from './disk.js';
import { FrameIntake } from '../hub/frame-intake.js';
import type { IntakeLimits } from '../hub/frame-intake.js';
import { chooseH264Encoding } from './h264-encoding.js';
import { KeepDuty } from './keep-duty.js';
import { openSegment } from './open-segment.js';
import { recordingError } from './recording-error.js';
import { SegmentSeries } from './segment-series.js';

/** What a recorder works with. */
export interface RecorderParts {
  readonly ffmpegPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once when the recording stops by itself, with DISK_FULL or RECORDING_FAILED; must not throw. */
  readonly onStopped?: (error: StreamerError) => void;
  /** The files of this machine by default. */
  readonly disk?: Disk;
  readonly limits?: IntakeLimits;
}

/** How a recording is going. */
export interface RecorderStatus {
  readonly state: 'recording' | 'stopped';
  /** The file that is written, or was last. */
  readonly file: string | null;
  /** Of all files since the start: frames, bytes of video, frames that were left out because writing took too long. */
  readonly frames: number;
  readonly bytes: number;
  readonly droppedFrames: number;
  /** Why it stopped by itself. */
  readonly error: StreamerError | null;
}

const SECOND_US = 1_000_000;
/** A disk that hangs must not keep the server from ending. */
const STOP_LIMIT_US = 30_000_000;

/** Records one stream into files, one after another, from `start` until `stop` or until the disk is full. */
export class Recorder {
  private readonly settings: RecordSettings;
  private readonly intake: FrameIntake;
  private readonly keep: KeepDuty;
  private readonly limiter: RepeatLimiter;
  private readonly logger: Logger;
  private series: SegmentSeries | null = null;
  private state: RecorderStatus['state'] = 'stopped';
  private error: StreamerError | null = null;
  private work: Promise<void> = Promise.resolve();
  private isStopping = false;
  private isSecondOver = false;
  private isStreamOver = false;
  private knownLeftOut = 0;
  private discarded = 0;
  private wake: () => void = () => undefined;
  private stopObserving: () => void = () => undefined;
  private cancelTick: CancelTimer = () => undefined;

  constructor(
    private readonly stream: HubStream,
    settings: RecordSettings,
    private readonly parts: RecorderParts,
  ) {
    this.settings = { ...settings, directory: resolve(settings.directory) };
    this.logger = parts.logger.child({ stream: stream.name });
    this.limiter = new RepeatLimiter(parts.clock);
    this.intake = new FrameIntake(stream, () => this.wake(), parts.limits);
    const { disk = nodeDisk, clock } = parts;
    this.keep = new KeepDuty({ disk, clock, logger: this.logger, settings: this.settings, stream: stream.name });
  }

  /**
   * Begins to record; the first file is made when the first frame comes. To be called once.
   *
   * @throws {StreamerError} RECORDING_FAILED when the directory cannot be made or written, or FFmpeg has no encoder that
   *   is needed; FFMPEG_NOT_FOUND when it does not run.
   */
  async start(): Promise<void> {
    if (this.isStopping) return;
    this.state = 'recording';
    try {
      const encoding = await this.prepare();
      if (!this.isStopping) this.begin(encoding);
    } catch (error) {
      this.state = 'stopped';
      throw error;
    }
  }

  status(): RecorderStatus {
    const { series, state, error } = this;
    const droppedFrames = this.intake.leftOut + this.discarded + (series?.lost ?? 0);
    return {
      state,
      file: series?.path ?? null,
      frames: series?.frames ?? 0,
      bytes: series?.bytes ?? 0,
      droppedFrames,
      error,
    };
  }

  /** Writes what still waits, completes the file, and resolves when it is on the disk. Idempotent; never rejects. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (!this.series) this.state = 'stopped';
    this.cancelTick();
    this.intake.close();
    this.series?.hurry();
    this.wake();
    let cancel: CancelTimer = () => undefined;
    const limit = new Promise<void>((resolveLimit) => {
      cancel = this.parts.clock.schedule(STOP_LIMIT_US, () => {
        this.logger.error({ file: this.series?.path }, 'the disk takes too long; the last file may lack its end');
        resolveLimit();
      });
    });
    await Promise.race([this.work, limit]);
    cancel();
  }

  /** Options for FFmpeg; none for Matroska. */
  private async prepare(): Promise<readonly string[]> {
    const { directory, format } = this.settings;
    await prepareDirectory(directory);
    return format === 'mp4' ? chooseH264Encoding(this.parts.ffmpegPath) : [];
  }

  private begin(encoding: readonly string[]): void {
    const { directory, format } = this.settings;
    this.series = this.createSeries(encoding);
    this.stopObserving = this.stream.observe({ onChange: ({ event }) => this.onStreamChange(event) });
    this.intake.open();
    this.tick();
    this.work = this.record(this.series);
    this.logger.info({ directory, format }, 'recording');
  }

  private createSeries(encoding: readonly string[]): SegmentSeries {
    const { clock, ffmpegPath, disk = nodeDisk } = this.parts;
    const { settings, stream, logger, keep } = this;
    const parts = { disk, clock, ffmpegPath, encoding, settings, stream: stream.name };
    return new SegmentSeries({
      settings,
      clock,
      logger,
      openSegment: async (first) => {
        // A run that began before this file did would not know to spare it.
        await keep.settled();
        return openSegment(first, { ...parts, fps: stream.description.fps });
      },
      onSegment: () => keep.due(),
    });
  }

  private async record(series: SegmentSeries): Promise<void> {
    try {
      await this.writeAll(series);
      await series.finish();
    } catch (error) {
      await this.fail(series, error);
    }
    this.state = 'stopped';
    this.cancelTick();
    this.stopObserving();
    await this.keep.settled();
    const { file, frames, bytes, droppedFrames, error } = this.status();
    this.logger.info({ file, frames, bytes, droppedFrames }, 'recording stopped');
    if (error) this.parts.onStopped?.(error);
  }

  /** Whatever there is to do, one after the other, until it is stopped and no frame waits. */
  private async writeAll(series: SegmentSeries): Promise<void> {
    while (!this.isStopping || this.intake.first) {
      const first = this.intake.first;
      if (first) {
        await series.write(first);
        this.intake.releaseFirst();
        this.reportLeftOut();
      } else if (this.isStreamOver) {
        this.isStreamOver = false;
        await series.finish();
      } else if (!this.isSecondOver) {
        await new Promise<void>((resolveWake) => (this.wake = resolveWake));
      }
      if (!this.isSecondOver) continue;
      this.isSecondOver = false;
      await series.flush();
      this.keep.everySecond(series.presentFile);
    }
  }

  private async fail(series: SegmentSeries, cause: unknown): Promise<void> {
    this.intake.close();
    for (; this.intake.first; this.discarded += 1) this.intake.releaseFirst();
    this.error = recordingError(cause, this.settings.directory);
    this.logger.error({ err: this.error, file: series.path }, 'recording failed; streaming goes on');
    // The reason is told; that closing fails too, as on a full disk it may, says nothing more.
    await series.finish().catch((error: unknown) => this.logger.debug({ err: error }, 'the last file lacks its end'));
  }

  private onStreamChange(event: string): void {
    if (event !== 'ended' && event !== 'removed') return;
    this.isStreamOver = true;
    this.wake();
  }

  private tick(): void {
    this.cancelTick = this.parts.clock.schedule(SECOND_US, () => {
      this.isSecondOver = true;
      this.wake();
      this.tick();
    });
  }

  private reportLeftOut(): void {
    const { leftOut } = this.intake;
    if (leftOut === this.knownLeftOut) return;
    const count = leftOut - this.knownLeftOut;
    this.limiter.run('left out', () => {
      this.knownLeftOut = leftOut;
      this.logger.warn({ frames: count, file: this.series?.path }, 'frames are not recorded: writing takes too long');
    });
  }
}

async function prepareDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw recordingError(cause, directory);
  }
}
