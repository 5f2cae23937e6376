import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { redactUrl } from '../../shared/redact.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { HubStream } from '../hub/stream.js';
import type { BridgePlan } from './bridge-plan.js';
import type { CodedPicture, VideoCodec } from './coded-video.js';
import { createFeed, whyNotCopied } from './create-feed.js';
import type { FeedParts } from './create-feed.js';
import { whyNotRtpJpeg } from './jpeg-payload.js';
import type { BridgeMode, FeedEvents, PictureFeed } from './picture-feed.js';
import { PublisherLink } from './publisher-link.js';
import type { LinkParts } from './publisher-link.js';
import type { PublisherState } from './publisher-status.js';

/** What a bridge works with. */
export interface BridgeParts extends LinkParts, Omit<FeedParts, 'onWarning'> {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How the publishing of a stream goes. */
export interface BridgeStatus {
  /** `waiting` is also before the first picture, `stopped` after the end of the stream. */
  readonly state: PublisherState;
  /** Address without password. */
  readonly url: string;
  /** What was announced last; null before that. */
  readonly codec: VideoCodec | null;
  /** Null while nothing is made for the server. */
  readonly mode: BridgeMode | null;
  /** FFmpeg's name of the encoder; null where nothing is encoded. */
  readonly encoder: string | null;
  readonly framesSent: number;
  /** Left out because encoding took too long, or the server did not take them in time. */
  readonly framesDropped: number;
  readonly bytesSent: number;
  /** How often the server was connected to after the first time. */
  readonly reconnects: number;
  /** Why it is not publishing. */
  readonly error: StreamerError | null;
}

const LOOK_US = 1_000_000;
/** How long pictures are made for a server that is away: who comes back soon has them at once. */
const AWAY_GRACE_US = 5_000_000;
/** A stream without pictures for so long, or for so many of its intervals, is taken from the server. */
const SILENCE_US = 10_000_000;
const SILENCE_INTERVALS = 4;
/** How long one odd JPEG of a camera has all of them encoded, unless their size changes. */
const UNFIT_US = 60_000_000;
const LOG_INTERVAL_US = 10_000_000;

/**
 * Publishes one stream to an RTSP server, from `start` until `stop`. While the server takes it the source runs; while the
 * server is away nothing is encoded, and when the source gives no picture the server is told that the stream is over.
 * Nothing here ever holds the stream up.
 */
export class RtspBridge {
  private readonly link: PublisherLink;
  private readonly logger: Logger;
  /** Feeds that cannot give this stream. */
  private readonly unable = new Set<BridgeMode>();
  /** Of the JPEGs that cannot go out as they are: their size, and since when. */
  private unfit: { readonly size: string; readonly sinceUs: number } | null = null;
  private feed: PictureFeed | null = null;
  private closing: Promise<void> = Promise.resolve();
  private isOpening = false;
  private lostFrames = 0;
  private problem: StreamerError | null = null;
  private lastPictureUs = 0;
  private awaySinceUs: number | null = null;
  private hasEnded = false;
  private isPlayedOut = false;
  private isOver = false;
  /** What was last found worth a line, and whether the last line written is that it is published. */
  private told = '';
  private logSaysPublished = false;
  private readonly limiter: RepeatLimiter;
  private cancelLook: CancelTimer = () => undefined;
  private stopObserving: () => void = () => undefined;

  constructor(
    private readonly stream: HubStream,
    private readonly plan: BridgePlan,
    private readonly parts: BridgeParts,
  ) {
    this.logger = parts.logger.child({ stream: stream.name });
    this.limiter = new RepeatLimiter(parts.clock, { intervalUs: LOG_INTERVAL_US });
    this.link = new PublisherLink(plan.url, parts, () => this.onLink());
  }

  /** Begins to publish; to be called once. */
  start(): void {
    const stopObserving = this.stream.observe({
      onChange: ({ stream: { state } }) => this.onStream(state === 'ended'),
    });
    const stopListening = this.stream.packets.listen({
      onOffer: (isOffered) => isOffered === true && this.onOffer(),
      onPackets: () => undefined,
    });
    this.stopObserving = () => {
      stopObserving();
      stopListening();
    };
    this.open();
    this.look();
  }

  status(): BridgeStatus {
    const { feed, link } = this;
    const { status } = link;
    const { framesSent, framesDropped, bytesSent, reconnects } = link.totals;
    return {
      state: this.isOver || this.hasEnded ? 'stopped' : (status?.state ?? 'waiting'),
      url: redactUrl(this.plan.url),
      ...{ codec: link.codec, mode: feed?.mode ?? null, encoder: feed?.encoder ?? null },
      ...{ framesSent, bytesSent, reconnects },
      framesDropped: framesDropped + this.lostFrames + (feed?.framesLost ?? 0),
      error: status?.error ?? this.problem,
    };
  }

  /** Ends publishing; resolves when the connection and the children are gone. Idempotent. */
  async stop(): Promise<void> {
    this.isOver = true;
    this.cancelLook();
    this.stopObserving();
    await Promise.all([this.link.end(), this.close()]);
  }

  /** What changes without a word is looked at once a second. */
  private look(): void {
    this.cancelLook = this.parts.clock.schedule(LOOK_US, () => this.look());
    const nowUs = this.parts.clock.nowUs();
    const { link, feed } = this;
    const isAway = link.status !== null && !link.isPublishing;
    this.awaySinceUs = isAway ? (this.awaySinceUs ?? nowUs) : null;
    this.retryJpegs(nowUs);
    if (!feed) return;
    if (this.awaySinceUs !== null && nowUs - this.awaySinceUs >= AWAY_GRACE_US) void this.close();
    else if (link.isPublishing && nowUs - this.lastPictureUs >= this.silenceUs) this.endSilently();
  }

  private get silenceUs(): number {
    const { fps } = this.stream.description;
    return Math.max(SILENCE_US, fps > 0 ? (SILENCE_INTERVALS * 1_000_000) / fps : 0);
  }

  /** Begins to make pictures, when what made them before is gone. */
  private open(): void {
    if (this.feed || this.isOpening || this.isOver || this.hasEnded) return;
    this.isOpening = true;
    this.closing = this.closing.then(() => {
      this.isOpening = false;
      if (this.isOver || this.hasEnded) return;
      this.lastPictureUs = this.parts.clock.nowUs();
      this.link.breakTimes();
      this.feed = createFeed(this.stream, this.plan, this.unable, this.feedParts(), this.feedEvents());
      if (!this.feed && !this.problem) this.onProblem(whyNotCopied());
    });
  }

  private close(): Promise<void> {
    const { feed } = this;
    if (feed) {
      this.feed = null;
      this.lostFrames += feed.framesLost;
      this.closing = this.closing.then(() => feed.stop());
    }
    return this.closing;
  }

  private feedParts(): FeedParts {
    const onWarning = (warning: string) => this.logger.warn(warning);
    return { ...this.parts, onWarning };
  }

  private feedEvents(): FeedEvents {
    return {
      onPicture: (picture) => this.onPicture(picture),
      onBreak: () => this.link.breakTimes(),
      onProblem: (error) => this.onProblem(error),
      onUnable: (error) => this.onUnable(error),
      onEnd: () => this.onPlayedOut(),
    };
  }

  private onPicture(picture: CodedPicture): void {
    if (this.isOver || this.hasEnded) return;
    this.lastPictureUs = this.parts.clock.nowUs();
    if (!this.link.send(picture)) return this.onUnfit(picture);
    if (!this.problem) return;
    this.problem = null;
    this.tell();
  }

  /** Not every JPEG can be carried, but another encoder may make one that can. */
  private onUnfit({ codec, units }: CodedPicture): void {
    const reason = codec === 'mjpeg' && units[0] ? whyNotRtpJpeg(units[0]) : null;
    if (reason === null) return;
    if (this.feed?.mode === 'mjpeg') this.noteUnfit();
    this.onUnable(new StreamerError('PUBLISH_IMPOSSIBLE', `RTP cannot carry the JPEG: ${reason}.`));
  }

  private onProblem(error: StreamerError): void {
    this.problem = error;
    this.tell();
  }

  private noteUnfit(): void {
    this.unfit = { size: sizeOf(this.stream.newestFrame), sinceUs: this.parts.clock.nowUs() };
  }

  /** The JPEGs go out as they are again, where that is worth a try. */
  private retryJpegs(nowUs: number): void {
    const { unfit, stream, link } = this;
    const frame = stream.newestFrame;
    if (!unfit || (nowUs - unfit.sinceUs < UNFIT_US && sizeOf(frame) === unfit.size)) return;
    if (frame && whyNotRtpJpeg(frame.jpeg) !== null) return this.noteUnfit();
    this.unfit = null;
    this.unable.delete('mjpeg');
    // Nothing is made for a server that is away.
    if (!this.feed && link.status) return;
    void this.close();
    this.open();
  }

  /** Another kind of feed may do, and without one there is nothing to wait for. */
  private onUnable(error: StreamerError): void {
    const mode = this.feed?.mode;
    if (mode) this.unable.add(mode);
    this.onProblem(error);
    void this.close();
    // What encodes JPEGs goes on with the same codec.
    if (mode !== 'mjpeg' || this.unable.has('encode')) void this.link.end();
    this.open();
  }

  /** The source has another codec by now. */
  private onOffer(): void {
    if (this.plan.copied?.kind !== 'live' || this.feed?.mode === 'copy') return;
    this.unable.delete('copy');
    void this.close();
    this.open();
  }

  /** A file that is copied is over, whatever the stream does. */
  private onPlayedOut(): void {
    this.isPlayedOut = true;
    this.onStream(true);
  }

  private onStream(hasEnded: boolean): void {
    if (this.hasEnded === hasEnded || (this.isPlayedOut && !hasEnded)) return;
    this.hasEnded = hasEnded;
    if (!hasEnded) return this.open();
    void this.close();
    void this.link.end();
    this.tell();
  }

  private onLink(): void {
    if (this.link.isPublishing) this.open();
    this.tell();
  }

  private endSilently(): void {
    void this.link.end();
    this.logger.warn('no picture to publish over RTSP; it goes on with the next one');
  }

  /** A line for each change of what matters, and none for attempts that fail in the same way. */
  private tell(): void {
    const { state, error, url, codec, mode, encoder } = this.status();
    const fact = error?.code ?? (state === 'connecting' || state === 'waiting' ? this.told : state);
    if (fact === this.told) return;
    this.told = fact;
    if (!error && state === 'publishing') {
      // The last line must not say that it is away; where that was not told, that it is back is no news.
      if (this.logSaysPublished) return;
      this.logSaysPublished = true;
      return this.logger.info({ url, codec, mode, encoder }, 'published over RTSP');
    }
    this.limiter.run(fact, () => {
      this.logSaysPublished = false;
      if (error) this.logger.warn({ code: error.code, url }, `not published over RTSP: ${error.message}`);
      else this.logger.info({ url }, 'no longer published over RTSP');
    });
  }
}

function sizeOf(frame: PublishedFrame | undefined): string {
  return frame ? `${frame.header.width}x${frame.header.height}` : '';
}
