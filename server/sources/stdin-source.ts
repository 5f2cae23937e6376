import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { chooseEncoding } from './encoding-choice.js';
import type { CutJpeg } from './jpeg-cutter.js';
import { JpegIntake } from './jpeg-intake.js';
import { PicturePool } from './picture-pool.js';
import { SourceClock } from './source-clock.js';
import type { Source, SourceFrame, SourceInfo, SourceRun, SourceSink } from './source.js';
import type { InputContent, StandardInput } from './standard-input.js';
import { StdinVideoRun } from './stdin-video-run.js';
import type { StdinVideoParts } from './stdin-video-run.js';

/** Options of a source on standard input; `fps` thins JPEGs by their arrival. */
export type StdinSourceOptions = StdinVideoParts['options'] & {
  readonly input: StandardInput;
  /** Raw pictures that may be out at once. */
  readonly maxBuffers: number;
};

/** Bare JPEGs and the parts of a multipart stream come when they come. */
const UNKNOWN_FPS = 0;

/**
 * What another program writes to standard input: JPEGs, which go out as they come, or a container that FFmpeg decodes at
 * its own rate. A run that follows another one goes on with what comes then.
 *
 * @throws {StreamerError} BAD_USAGE when standard input is a terminal.
 */
export function createStdinSource(options: StdinSourceOptions, clock: Clock): Source {
  options.input.check();
  return new StdinSource(options, clock);
}

class StdinSource implements Source {
  readonly isLive = true;
  readonly endTimeUs = null;
  /** It outlives the runs, as the clock does by which the other program stamps its pictures. */
  readonly sourceClock = new SourceClock();
  readonly pool: PicturePool;
  info: SourceInfo;
  /** Whether its end can be told as such: pictures came, or it was said why none came. */
  mayEnd = false;

  constructor(
    readonly options: StdinSourceOptions,
    readonly clock: Clock,
  ) {
    const unknown = { width: 0, height: 0, fps: UNKNOWN_FPS, timeSource: 'arrival', codec: null } as const;
    const encoding = chooseEncoding(options.wanted, unknown);
    this.info = { ...unknown, encoding, startTimeUs: options.startTimeUs };
    this.pool = new PicturePool(options.maxBuffers);
  }

  start(sink: SourceSink, nextSequence: number): SourceRun {
    return new StdinRun(this, sink, nextSequence);
  }
}

class StdinRun implements SourceRun {
  private readonly isJoined: boolean;
  private readonly detach: () => void;
  private intake: JpegIntake | null = null;
  private video: StdinVideoRun | null = null;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly source: StdinSource,
    private readonly sink: SourceSink,
    private readonly nextSequence: number,
  ) {
    const { input } = source.options;
    this.isJoined = input.wasRead;
    this.detach = input.attach({
      onContent: (content) => this.begin(content),
      onPicture: (picture) => this.take(picture),
      onBytes: (chunk) => this.video?.push(chunk),
      onError: (error) => this.fail(error),
      onEnd: (error) => this.onInputEnd(error),
    });
  }

  stop(): Promise<void> {
    this.closing ??= this.close();
    return this.closing;
  }

  private get isOver(): boolean {
    return this.closing !== null;
  }

  private async close(): Promise<void> {
    this.detach();
    await this.video?.stop();
  }

  private begin(content: InputContent): void {
    if (content === 'other') return this.fail(notVideo('holds no video; check the program that writes it.'));
    if (content === 'video') this.startVideo();
    else this.startIntake();
  }

  private startIntake(): void {
    const { source, nextSequence } = this;
    const { options, sourceClock, clock } = source;
    const { wanted, startTimeUs, fps: maxFps } = options;
    const sink = this.openSink();
    this.intake = new JpegIntake({ sink, sourceClock, nextSequence, maxFps, wanted, startTimeUs }, clock);
  }

  private startVideo(): void {
    const { source, nextSequence } = this;
    const { options, pool, clock } = source;
    const parts = { input: options.input, options, pool, clock, sink: this.openSink(), nextSequence };
    this.video = new StdinVideoRun(parts, this.isJoined);
  }

  private take(picture: CutJpeg): void {
    try {
      this.intake?.accept({ ...picture, fps: UNKNOWN_FPS });
    } catch (thrown) {
      this.fail(toStreamerError(thrown));
    }
  }

  /** The sink, but deaf once this run is over: who is told of a new size may stop it because of that. */
  private openSink(): SourceSink {
    const { sink, source } = this;
    return {
      onInfo: (info) => {
        source.info = info;
        if (!this.isOver) sink.onInfo(info);
      },
      onFrame: (frame) => this.passOn(frame),
      onDrop: (first, last) => this.isOver || sink.onDrop(first, last),
      onWarning: (error) => this.isOver || sink.onWarning(error),
      onEnd: () => this.end(),
      onError: (error) => this.fail(error),
    };
  }

  private passOn(frame: SourceFrame): void {
    if (!this.isOver) {
      this.source.mayEnd = true;
      this.sink.onFrame(frame);
    } else if (frame.kind === 'raw') frame.release();
  }

  private onInputEnd(error: StreamerError | null): void {
    // FFmpeg still has what is not shown yet, and says itself when it is done.
    if (this.video) return this.video.end();
    if (!this.source.mayEnd) return this.fail(error ?? notVideo('ended before its first picture.'));
    if (error) this.sink.onWarning(error);
    this.end();
  }

  private end(): void {
    if (this.isOver) return;
    void this.stop();
    this.sink.onEnd();
  }

  private fail(error: StreamerError): void {
    if (this.isOver) return;
    this.source.mayEnd = true;
    void this.stop();
    this.sink.onError(error);
  }
}

function notVideo(what: string): StreamerError {
  return new StreamerError('SOURCE_NOT_VIDEO', `Standard input ${what}`);
}
