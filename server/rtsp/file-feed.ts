import { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { FfmpegRun } from '../../shared/ffmpeg/ffmpeg.js';
import { PassedBytes } from '../../shared/ffmpeg/passed-bytes.js';
import type { FeedEvents, PictureFeed } from './picture-feed.js';
import { TS_OUTPUT_OPTIONS } from './ts-output.js';
import { TsReader } from './ts-reader.js';

/** A file that is sent as it is. */
export interface CopiedFile {
  readonly ffmpegPath: string;
  readonly path: string;
  /** Whether it begins again at its end. */
  readonly loop: boolean;
}

/** A child that ran for so long was sound: its next end is a new failure. */
const STABLE_AFTER_US = 10_000_000;

/**
 * The video of a file as it is, at its own pace: an FFmpeg of its own, so that nothing is decoded. It is not in step with
 * the frames of the stream. A picture counts as captured when it comes out of FFmpeg.
 */
export class FileFeed implements PictureFeed {
  readonly mode = 'copy';
  readonly encoder = null;
  readonly framesLost = 0;
  private readonly backoff = new Backoff();
  private run: FfmpegRun;
  private reader!: TsReader;
  private startedAtUs = 0;
  private hasOutputEnded = false;
  private exit: { readonly error: StreamerError | null } | null = null;
  private isOver = false;
  private cancelRetry: CancelTimer = () => undefined;

  constructor(
    private readonly file: CopiedFile,
    private readonly clock: Clock,
    private readonly events: FeedEvents,
  ) {
    this.run = this.start();
  }

  stop(): Promise<void> {
    this.isOver = true;
    this.cancelRetry();
    return this.run.stop();
  }

  private start(): FfmpegRun {
    const { ffmpegPath, path, loop } = this.file;
    this.startedAtUs = this.clock.nowUs();
    this.hasOutputEnded = false;
    this.exit = null;
    this.reader = new TsReader({
      onPicture: (picture) => this.isOver || this.events.onPicture(picture),
      onError: (error) => this.fail(error),
      captureTimeUsOf: () => this.clock.nowUs(),
    });
    this.events.onBreak();
    return startFfmpeg({
      ffmpegPath,
      input: `file:${path}`,
      inputOptions: ['-protocol_whitelist', 'file,crypto,data', '-re', ...(loop ? ['-stream_loop', '-1'] : [])],
      outputOptions: ['-an', '-sn', '-dn', '-c:v', 'copy', ...TS_OUTPUT_OPTIONS],
      output: new PassedBytes(
        (bytes) => this.reader.push(bytes),
        () => this.onOutputEnd(),
      ),
      shownInput: path,
      onExit: (error) => this.onExit(error),
    });
  }

  private onOutputEnd(): void {
    this.hasOutputEnded = true;
    this.reader.end();
    this.onGone();
  }

  private onExit(error: StreamerError | null): void {
    this.exit = { error };
    this.onGone();
  }

  /** Not before the pictures that FFmpeg left behind. */
  private onGone(): void {
    if (this.isOver || !this.hasOutputEnded || !this.exit) return;
    const { error } = this.exit;
    if (!error && !this.file.loop) {
      this.isOver = true;
      return this.events.onEnd();
    }
    if (error) this.events.onProblem(error);
    if (this.clock.nowUs() - this.startedAtUs >= STABLE_AFTER_US) this.backoff.reset();
    this.cancelRetry = this.clock.schedule(this.backoff.nextDelayMs() * 1000, () => (this.run = this.start()));
  }

  private fail(error: StreamerError): void {
    if (this.isOver) return;
    void this.stop();
    this.events.onUnable(error);
  }
}
