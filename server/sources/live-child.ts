import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { FfmpegInput, FfmpegRun } from '../../shared/ffmpeg/ffmpeg.js';
import { FfmpegLog } from '../../shared/ffmpeg/ffmpeg-log.js';
import type { LogEvent } from '../../shared/ffmpeg/ffmpeg-log.js';
import { liveError } from '../../shared/ffmpeg/live-error.js';
import { JpegReader } from './jpeg-reader.js';
import type { ReadJpeg } from './jpeg-reader.js';
import { INPUT_TIMEOUT_US } from './live-input.js';
import { PACKET_OPTIONS } from './live-plan.js';
import type { LivePlan } from './live-plan.js';
import { PassedBytes } from '../../shared/ffmpeg/passed-bytes.js';
import type { PicturePool } from './picture-pool.js';
import { PpmReader } from './ppm-reader.js';
import type { PpmPicture } from './ppm-reader.js';

/** What a child is started with. */
export interface LiveChildOptions {
  readonly ffmpegPath: string;
  readonly input: FfmpegInput;
  readonly inputOptions: readonly string[];
  readonly shownInput: string;
  readonly plan: LivePlan;
}

/** What a child tells; nothing comes after `stop` or `onGone`. */
export interface LiveChildListener {
  onLog(event: LogEvent): void;
  onPicture(picture: PpmPicture): void;
  onJpeg(jpeg: ReadJpeg): void;
  /** Bytes of the video itself, as MPEG-TS; they are written over afterwards. */
  onPackets(bytes: Buffer): void;
  /** A picture was left out because every buffer was out. */
  onDrop(): void;
  /** A JPEG is broken and left out. */
  onBadJpeg(error: StreamerError): void;
  /** The child is gone, or could not be started, and why. */
  onGone(error: StreamerError): void;
}

/** The last lines say why FFmpeg ended, but behind them come its sums. */
const KEPT_LINES = 30;

/** FFmpeg only sends its goodbye and waits for no answer; FFmpeg 7.0 sends none. */
const GOODBYE_MS = 500;

/** One FFmpeg that reads a live source as planned. */
export class LiveChild {
  private readonly run: FfmpegRun;
  private readonly log = new FfmpegLog();
  private readonly lines: string[] = [];
  private readonly startTimeUs: number;
  /** Whether it is known what comes. */
  private isOpen = false;
  private readonly early: (() => void)[] = [];
  private isOver = false;
  private hasOutputEnded = false;
  private exit: { readonly error: StreamerError | null } | null = null;

  constructor(
    private readonly options: LiveChildOptions,
    pool: PicturePool,
    private readonly clock: Clock,
    private readonly listener: LiveChildListener,
  ) {
    this.startTimeUs = clock.nowUs();
    const { plan, inputOptions, ...rest } = options;
    const { onPicture, onJpeg, onPackets, onDrop, onBadJpeg } = this.whileRunning();
    const onFailure = (error: StreamerError) => this.fail(error);
    const onEnd = () => this.onOutputEnd();
    this.run = startFfmpeg({
      ...rest,
      inputOptions: [...plan.inputOptions, ...inputOptions],
      outputOptions: plan.outputOptions,
      goodbyeMs: GOODBYE_MS,
      output:
        plan.mode === 'copy'
          ? new JpegReader(clock, { onJpeg, onBadJpeg, onFailure, onEnd })
          : new PpmReader(pool, clock, { onPicture, onDrop, onFailure, onEnd }),
      ...(plan.hasPackets && { secondOutput: { options: PACKET_OPTIONS, sink: new PassedBytes(onPackets) } }),
      onLogLine: (line) => this.onLine(line),
      onExit: (error) => this.onExit(error),
    });
  }

  /** Ends it; resolves when it is gone. Idempotent. */
  stop(): Promise<void> {
    this.isOver = true;
    return this.run.stop();
  }

  /** The listener, but deaf once this is over; a picture that comes too late goes back at once. */
  private whileRunning(): Pick<LiveChildListener, 'onPicture' | 'onJpeg' | 'onPackets' | 'onDrop' | 'onBadJpeg'> {
    const { listener } = this;
    return {
      onPicture: (picture) => this.afterLog(() => (this.isOver ? picture.release() : listener.onPicture(picture))),
      onJpeg: (jpeg) => this.afterLog(() => this.isOver || listener.onJpeg(jpeg)),
      // Nothing depends on what the log says of it.
      onPackets: (bytes) => this.isOver || listener.onPackets(bytes),
      onDrop: () => this.afterLog(() => this.isOver || listener.onDrop()),
      onBadJpeg: (error) => this.afterLog(() => this.isOver || listener.onBadJpeg(error)),
    };
  }

  /** The log says first what the pictures are, but on another pipe, which may be read a moment later. */
  private afterLog(tell: () => void): void {
    if (this.isOpen) return tell();
    if (this.early.length === 0) setImmediate(() => this.tellEarly());
    this.early.push(tell);
  }

  private tellEarly(): void {
    // A log that is not understood holds nothing up.
    this.isOpen = true;
    for (const tell of this.early.splice(0)) tell();
  }

  private onLine(line: string): void {
    if (this.isOver) return;
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    const event = this.log.push(line);
    if (!event) return;
    // The source is open: what was said on the way there does not explain its end.
    if (event.kind === 'chosen') this.lines.length = 0;
    this.listener.onLog(event);
    if (event.kind === 'chosen') this.tellEarly();
  }

  private onOutputEnd(): void {
    this.hasOutputEnded = true;
    this.tellWhenGone();
  }

  private onExit(error: StreamerError | null): void {
    this.exit = { error };
    this.tellWhenGone();
  }

  /** Not before the pictures that FFmpeg left behind. */
  private tellWhenGone(): void {
    if (this.isOver || !this.hasOutputEnded || !this.exit) return;
    const isLate = !this.isOpen && this.clock.nowUs() - this.startTimeUs >= INPUT_TIMEOUT_US;
    this.tellEarly();
    // Whoever heard that may have ended it.
    if (this.isOver) return;
    this.isOver = true;
    this.listener.onGone(liveError(this.lines, this.options.shownInput, this.exit.error, isLate));
  }

  /** What it sends is of no use. */
  private fail(error: StreamerError): void {
    if (this.isOver) return;
    void this.stop().then(() => this.listener.onGone(error));
  }
}
