import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { StreamEncoding } from '../../shared/protocol/messages.js';
import type { FeedFrame, FrameFeed, OpenFeed } from './frame-feed.js';
import type { Source, SourceFrame, SourceInfo, SourceRun, SourceSink } from './source.js';
import type { Timeline } from './timeline.js';

/** Options of a paced source. */
export interface PacedSourceOptions {
  readonly width: number;
  readonly height: number;
  /** FFmpeg's name of what the pictures are made from. */
  readonly codec: string;
  readonly encoding: StreamEncoding;
  readonly timeline: Timeline;
  /** Frames after which the source ends; null for one that goes on for ever. */
  readonly lengthFrames: number | null;
  readonly openFeed: OpenFeed;
}

/** A frame this late means that decoding cannot keep up: the timeline goes on, and the pictures follow behind. */
const SLIP_AFTER_US = 500_000;
/** For so long, from its first picture on, a decoder that was slow to start may catch up by having pictures left out. */
const JOIN_LIMIT_US = 2_000_000;

/**
 * A source whose pictures wait for their time: a file or a test pattern. Frame n leaves when it is due on an absolute
 * schedule, and that due time is its capture time, so a late pipeline shows as latency instead of hiding.
 */
export class PacedSource implements Source {
  readonly isLive = false;
  readonly endTimeUs: number | null;
  /** What is added to the numbers of the timeline, where the source took the place of another one. */
  private firstSequence: number | null = null;

  constructor(
    private readonly options: PacedSourceOptions,
    private readonly clock: Clock,
  ) {
    const { timeline, lengthFrames } = options;
    this.endTimeUs = lengthFrames === null ? null : timeline.dueTimeUs(lengthFrames);
  }

  get info(): SourceInfo {
    const { width, height, codec, encoding, timeline } = this.options;
    const startTimeUs = timeline.dueTimeUs(-(this.firstSequence ?? 0));
    return { width, height, fps: timeline.fps, timeSource: 'schedule', codec, encoding, startTimeUs };
  }

  start(sink: SourceSink, nextSequence: number): SourceRun {
    this.firstSequence ??= nextSequence;
    sink.onInfo(this.info);
    return new PacedRun(this.options, this.clock, sink, this.firstSequence);
  }
}

class PacedRun implements SourceRun {
  private readonly feed: FrameFeed;
  private readonly timeline: Timeline;
  private nextSequence: number;
  /** Until the first frame leaves, pictures that are overdue only bring the feed to the current place. */
  private joining = true;
  private joinUntilUs: number | null = null;
  private cancelTimer: CancelTimer | null = null;
  private pumping = false;
  private stopped = false;

  constructor(
    options: PacedSourceOptions,
    private readonly clock: Clock,
    private readonly sink: SourceSink,
    private readonly firstSequence: number,
  ) {
    this.timeline = options.timeline;
    this.nextSequence = Math.max(0, this.timeline.sequenceAt(clock.nowUs()) + 1);
    this.feed = options.openFeed(this.nextSequence, {
      onReady: () => this.pump(),
      onEnd: (error) => this.finish(error),
      onWarning: (error) => this.stopped || sink.onWarning(error),
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.clearTimer();
    await this.feed.stop();
  }

  /**
   * Sends every ready picture that is due, then sleeps until the next one is. Letting go of a picture can make another
   * one ready at once; the loop that is under way sees it.
   */
  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    this.clearTimer();
    while (!this.stopped && this.feed.readyFrames > 0 && this.isNextDue()) this.passNext();
    this.pumping = false;
  }

  private isNextDue(): boolean {
    const waitUs = this.timeline.dueTimeUs(this.nextSequence) - this.clock.nowUs();
    if (waitUs > 0) this.cancelTimer = this.clock.schedule(waitUs, () => this.pump());
    return waitUs <= 0;
  }

  private passNext(): void {
    const nowUs = this.clock.nowUs();
    const lateUs = nowUs - this.timeline.dueTimeUs(this.nextSequence);
    this.joinUntilUs ??= nowUs + JOIN_LIMIT_US;
    const mayCatchUp = this.joining && nowUs <= this.joinUntilUs;
    if (lateUs > SLIP_AFTER_US && !mayCatchUp) this.slip(nowUs);
    else if (this.isOverdue(lateUs)) this.dropNext();
    else this.emitNext();
  }

  /** Late by more than a frame: leave it out if it brings us nearer to now. */
  private isOverdue(lateUs: number): boolean {
    return lateUs > this.timeline.intervalUs && (this.joining || this.feed.readyFrames > 1);
  }

  /** Gives up on catching up: the next picture gets the newest place on the timeline. */
  private slip(nowUs: number): void {
    const target = this.timeline.sequenceAt(nowUs);
    if (!this.joining && target > this.nextSequence) this.drop(this.nextSequence, target - 1);
    this.nextSequence = Math.max(this.nextSequence, target);
    this.emitNext();
  }

  private dropNext(): void {
    this.feed.take()?.release();
    if (!this.joining) this.drop(this.nextSequence, this.nextSequence);
    this.nextSequence += 1;
  }

  private drop(first: number, last: number): void {
    this.sink.onDrop(first + this.firstSequence, last + this.firstSequence);
  }

  private emitNext(): void {
    const sequence = this.nextSequence;
    this.nextSequence += 1;
    this.joining = false;
    const picture = this.feed.take();
    if (!picture) return;
    this.sink.onFrame(this.toFrame(picture, sequence));
    // The bytes of a JPEG are used on; this only makes room for the next one.
    if (picture.kind === 'jpeg') picture.release();
  }

  private toFrame(picture: FeedFrame, sequence: number): SourceFrame {
    const captureTimeUs = this.timeline.dueTimeUs(sequence);
    return {
      ...picture,
      sequence: sequence + this.firstSequence,
      captureTimeUs,
      timeSource: 'schedule',
      clockErrorUs: 0,
    };
  }

  private finish(error: StreamerError | null): void {
    if (this.stopped) return;
    this.stopped = true;
    this.clearTimer();
    if (error) this.sink.onError(error);
    else this.sink.onEnd();
  }

  private clearTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }
}
