import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { startFfmpeg } from '../ffmpeg/ffmpeg.js';
import type { FfmpegRun } from '../ffmpeg/ffmpeg.js';
import { rawVideoOptions } from './decode-options.js';
import type { FeedListener, FeedFrame, FrameFeed, RawFeedFrame } from './frame-feed.js';
import { RawFramePool } from './raw-frame-pool.js';
import type { AssembledFrame } from './raw-frame-pool.js';

/** What to decode: a local file, or what a filter draws. */
export interface DecodeRequest {
  readonly ffmpegPath: string;
  readonly input: string;
  /** Options before `-i`, such as a seek position or a format. */
  readonly inputOptions: readonly string[];
  /** Filters in the order they apply. */
  readonly filters: readonly string[];
  /** More options of the output. */
  readonly outputOptions: readonly string[];
}

/** What to decode, and the size of the pictures that come out. */
export interface FrameDecoderOptions {
  readonly request: DecodeRequest;
  readonly width: number;
  readonly height: number;
  /** Pictures held at once, by this decoder and by those it gave them to; FFmpeg waits when all are taken. */
  readonly maxBuffers: number;
}

/** One FFmpeg child as a feed of raw pictures: decodes ahead until its buffers are full, then waits. */
export class FrameDecoder implements FrameFeed {
  private readonly ready: RawFeedFrame[] = [];
  private readonly child: FfmpegRun;
  private outputEnded = false;
  private exit: { error: StreamerError | null } | null = null;
  private stopped = false;

  constructor(
    private readonly options: FrameDecoderOptions,
    private readonly clock: Clock,
    private readonly listener: FeedListener,
  ) {
    const { request, width, height, maxBuffers } = options;
    const pool = new RawFramePool({
      frameBytes: width * height * 3,
      maxBuffers,
      onFrame: (frame) => this.onFrame(frame),
      onRoom: () => this.child.resume(),
      onEnd: () => this.onOutputEnd(),
    });
    this.child = startFfmpeg({
      ffmpegPath: request.ffmpegPath,
      input: request.input,
      inputOptions: request.inputOptions,
      outputOptions: [...request.outputOptions, ...rawVideoOptions(request.filters)],
      output: pool,
      shownInput: request.input,
      onExit: (error) => this.onExit(error),
    });
  }

  get readyFrames(): number {
    return this.ready.length;
  }

  take(): FeedFrame | undefined {
    const frame = this.ready.shift();
    // Not at once: the end must not come before the picture that is handed out here.
    if (this.ready.length === 0) queueMicrotask(() => this.tellWhenOver());
    return frame;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const gone = this.child.stop();
    for (const frame of this.ready.splice(0)) frame.release();
    await gone;
  }

  private onFrame(frame: AssembledFrame): void {
    const { width, height } = this.options;
    this.ready.push({ kind: 'raw', width, height, decodedTimeUs: this.clock.nowUs(), ...frame });
    this.listener.onReady();
  }

  private onOutputEnd(): void {
    this.outputEnded = true;
    this.tellWhenOver();
  }

  private onExit(error: StreamerError | null): void {
    this.exit = { error };
    this.tellWhenOver();
  }

  /** The end is told once, after the last picture was taken, so that nobody has to look at two things. */
  private tellWhenOver(): void {
    if (this.stopped || !this.outputEnded || !this.exit || this.ready.length > 0) return;
    this.stopped = true;
    this.listener.onEnd(this.exit.error);
  }
}
