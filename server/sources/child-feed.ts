import type { StreamerError } from '../../shared/errors.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { ByteSink, FfmpegRequest, FfmpegRun } from '../../shared/ffmpeg/ffmpeg.js';
import type { FeedFrame, FeedListener, FrameFeed } from './frame-feed.js';

/** What a child is asked to do; where its output goes is the feed's business. */
export type ChildRequest = Omit<FfmpegRequest, 'output' | 'onExit'>;

/** Where what takes a child's output apart delivers. */
export interface FeedIntake {
  readonly onFrame: (frame: FeedFrame) => void;
  /** There is room again after the sink had said that it takes no more. */
  readonly onRoom: () => void;
  /** The output came to its end. */
  readonly onEnd: () => void;
}

/** One FFmpeg child as a feed of pictures: it works ahead until its sink takes no more, then waits. */
export class ChildFeed implements FrameFeed {
  private readonly ready: FeedFrame[] = [];
  private readonly child: FfmpegRun;
  private outputEnded = false;
  private exit: { error: StreamerError | null } | null = null;
  private stopped = false;

  constructor(
    request: ChildRequest,
    createSink: (intake: FeedIntake) => ByteSink,
    private readonly listener: FeedListener,
  ) {
    const output = createSink({
      onFrame: (frame) => this.onFrame(frame),
      onRoom: () => this.child.resume(),
      onEnd: () => this.onOutputEnd(),
    });
    this.child = startFfmpeg({ ...request, output, onExit: (error) => this.onExit(error) });
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

  private onFrame(frame: FeedFrame): void {
    this.ready.push(frame);
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
