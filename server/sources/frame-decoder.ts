import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { startDecoding } from '../ffmpeg/ffmpeg.js';
import type { DecodeRequest, FfmpegRun } from '../ffmpeg/ffmpeg.js';
import type { FeedListener, FeedFrame, FrameFeed } from './frame-feed.js';
import { RawFrameAssembler } from './raw-frame-assembler.js';

/** What to decode, and the size of the pictures that come out. */
export interface FrameDecoderOptions {
  readonly request: Omit<DecodeRequest, 'output' | 'onExit'>;
  readonly width: number;
  readonly height: number;
  /** Pictures held at once, by this decoder and by those it gave them to; FFmpeg waits when all are taken. */
  readonly maxBuffers: number;
}

/** One FFmpeg child as a feed of raw pictures: decodes ahead until its buffers are full, then waits. */
export class FrameDecoder implements FrameFeed {
  private readonly ready: FeedFrame[] = [];
  private readonly assembler: RawFrameAssembler;
  private readonly child: FfmpegRun;
  private pipeEnded = false;
  private exit: { error: StreamerError | null } | null = null;
  private stopped = false;

  constructor(
    options: FrameDecoderOptions,
    private readonly clock: Clock,
    private readonly listener: FeedListener,
  ) {
    this.assembler = new RawFrameAssembler(
      options.width * options.height * 3,
      options.maxBuffers,
      (frame) => this.onFrame({ ...frame, decodedTimeUs: this.clock.nowUs() }),
      () => this.onPipeEnd(),
    );
    this.child = startDecoding({
      ...options.request,
      output: this.assembler,
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
    this.assembler.discard();
    for (const frame of this.ready.splice(0)) frame.release();
    await this.child.stop();
  }

  private onFrame(frame: FeedFrame): void {
    this.ready.push(frame);
    this.listener.onReady();
  }

  private onPipeEnd(): void {
    this.pipeEnded = true;
    this.tellWhenOver();
  }

  private onExit(error: StreamerError | null): void {
    this.exit = { error };
    // A child that could not even be started has no pipe that could end.
    if (error) this.pipeEnded = true;
    this.tellWhenOver();
  }

  /** The end is told once, after the last picture was taken, so that nobody has to look at two things. */
  private tellWhenOver(): void {
    if (this.stopped || !this.pipeEnded || !this.exit || this.ready.length > 0) return;
    this.stopped = true;
    this.listener.onEnd(this.exit.error);
  }
}
