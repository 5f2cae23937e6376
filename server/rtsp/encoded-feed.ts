import { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import type { StreamerError } from '../../shared/errors.js';
import { chooseVideoEncoder } from '../../shared/ffmpeg/video-encoder.js';
import type { EncoderChoice, EncoderWish } from '../../shared/ffmpeg/video-encoder.js';
import type { PublishedFrame } from '../hub/frame.js';
import { FrameIntake } from '../hub/frame-intake.js';
import type { HubStream } from '../hub/stream.js';
import { EncoderChild } from './encoder-child.js';
import type { EncoderChildEvents, EncoderChildOptions } from './encoder-child.js';
import { FEED_LIMITS } from './picture-feed.js';
import type { FeedEvents, PictureFeed } from './picture-feed.js';

/** What encodes; an `EncoderChild` but in tests. */
export type Encoder = Pick<EncoderChild, 'encode' | 'framesLost' | 'stop'>;

/** What a feed encodes with. */
export interface EncodingParts {
  readonly ffmpegPath: string;
  readonly clock: Clock;
  /** Told once of what a choice of encoder has to say. */
  readonly onWarning: (warning: string) => void;
  readonly chooseEncoder?: (ffmpegPath: string, wish: EncoderWish) => Promise<EncoderChoice>;
  readonly createEncoder?: (options: EncoderChildOptions, events: EncoderChildEvents) => Encoder;
}

/** Seconds from key picture to key picture: how long a reader waits at most, and how long a lost picture can be seen. */
const GOP_SECONDS = 2;
/** What a stream is taken for while its rate is not known. */
const ASSUMED_FPS = 30;
/** An encoder that ran for so long was sound: its next end is a new failure. */
const STABLE_AFTER_US = 10_000_000;
/** A source whose size changes with every frame must not start an encoder with every frame. */
const MIN_CHILD_US = 1_000_000;

/** The frames of a stream, encoded by FFmpeg. An encoder that dies is started again, and so is one for another size. */
export class EncodedFeed implements PictureFeed {
  readonly mode = 'encode';
  private readonly intake: FrameIntake;
  private readonly backoff = new Backoff();
  private choice: EncoderChoice | null = null;
  private child: { readonly encoder: Encoder; readonly size: string; readonly sinceUs: number } | null = null;
  /** Whether a child is chosen, ended or waited for: then frames are left out. */
  private isBusy = false;
  private work: Promise<void> = Promise.resolve();
  private lostFrames = 0;
  private isOver = false;
  private cancelRetry: CancelTimer = () => undefined;

  /** @param wish name of the encoder as `chooseVideoEncoder` has it, and bits a second */
  constructor(
    private readonly stream: HubStream,
    private readonly wish: Pick<EncoderWish, 'encoder' | 'bitrateBps'>,
    private readonly parts: EncodingParts,
    private readonly events: FeedEvents,
  ) {
    this.intake = new FrameIntake(stream, () => queueMicrotask(() => this.drain()), FEED_LIMITS);
    this.intake.open();
  }

  get encoder(): string | null {
    return this.choice?.encoder ?? null;
  }

  get framesLost(): number {
    return this.lostFrames + (this.child?.encoder.framesLost ?? 0) + this.intake.leftOut;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.cancelRetry();
    this.intake.close();
    while (this.intake.first) this.intake.releaseFirst();
    this.endChild();
    await this.work;
  }

  private drain(): void {
    for (let taken = this.intake.first; taken; taken = this.intake.first) {
      this.take(taken.frame);
      this.intake.releaseFirst();
    }
  }

  private take(frame: PublishedFrame): void {
    if (this.isBusy || this.isOver) return;
    const { width, height, captureTimeUs } = frame.header;
    const { child } = this;
    const isFitting = child?.size === `${width}x${height}`;
    if (!isFitting && this.parts.clock.nowUs() - (child?.sinceUs ?? -Infinity) >= MIN_CHILD_US) {
      return this.begin(width, height);
    }
    if (!isFitting || !child.encoder.encode({ data: frame.jpeg, captureTimeUs })) this.lostFrames += 1;
  }

  /** Starts an encoder for pictures of this size, when the one before is gone; the frames of meanwhile are left out. */
  private begin(width: number, height: number): void {
    this.isBusy = true;
    this.endChild();
    this.work = this.work
      .then(async () => {
        this.choice ??= await this.choose();
        if (!this.isOver) this.startChild(this.choice, width, height);
        this.isBusy = false;
      })
      .catch((thrown: unknown) => this.fail(toStreamerError(thrown)));
  }

  private async choose(): Promise<EncoderChoice> {
    const { ffmpegPath, chooseEncoder = chooseVideoEncoder, onWarning } = this.parts;
    const choice = await chooseEncoder(ffmpegPath, { ...this.wish, gopSeconds: GOP_SECONDS, fps: this.fps });
    if (choice.warning !== null) onWarning(choice.warning);
    return choice;
  }

  private get fps(): number {
    return this.stream.description.fps || ASSUMED_FPS;
  }

  private startChild(choice: EncoderChoice, width: number, height: number): void {
    const { ffmpegPath, clock, createEncoder = (...args) => new EncoderChild(...args, { clock }) } = this.parts;
    const input = { kind: 'jpeg', width, height } as const;
    const options = { ffmpegPath, encoder: choice, input, fps: this.fps, name: this.stream.name };
    const encoder = createEncoder(options, {
      onPicture: (picture) => this.isOver || this.events.onPicture(picture),
      onExit: (error) => this.onExit(error),
    });
    this.child = { encoder, size: `${width}x${height}`, sinceUs: clock.nowUs() };
    this.events.onBreak();
  }

  private endChild(): void {
    const { child } = this;
    if (!child) return;
    this.child = null;
    this.lostFrames += child.encoder.framesLost;
    this.work = this.work.then(() => child.encoder.stop());
  }

  private onExit(error: StreamerError): void {
    if (this.isOver || !this.child) return;
    const { sinceUs } = this.child;
    const { clock } = this.parts;
    this.endChild();
    this.isBusy = true;
    if (clock.nowUs() - sinceUs >= STABLE_AFTER_US) this.backoff.reset();
    this.cancelRetry = clock.schedule(this.backoff.nextDelayMs() * 1000, () => (this.isBusy = false));
    this.events.onProblem(error);
  }

  private fail(error: StreamerError): void {
    if (this.isOver) return;
    void this.stop();
    this.events.onUnable(error);
  }
}
