import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { PacketizedPicture, VideoFormat } from '../rtsp/coded-video.js';
import type { PublisherState, PublisherStatus } from '../rtsp/publisher-status.js';
import { ErrorTally } from './error-tally.js';
import type { TalliedError } from './error-tally.js';
import type { FleetMember } from './fleet-status.js';
import type { PictureSink, PlayableVideo, VideoPlayer } from './playable-video.js';
import { StreamRate } from './stream-rate.js';

/** What sends pictures to an RTSP server: `RtspPublisher`, as much of it as is needed here. */
export interface PictureSender {
  setFormat(format: VideoFormat): void;
  send(picture: PacketizedPicture): void;
  restart(): void;
  status(): PublisherStatus;
  stop(): Promise<void>;
}

/** Makes a sender to `url`; `onState` is called later than this returns, whenever its state changed. */
export type CreateSender = (url: string, onState: (status: PublisherStatus) => void) => PictureSender;

/** What a publisher of a fleet is. */
export interface FleetPublisherOptions {
  readonly name: string;
  readonly url: string;
  /** As the user named it. */
  readonly video: string;
}

/** What a publisher of a fleet tells. */
export interface FleetPublisherEvents {
  /** Its connection is in another state. */
  onState(publisher: FleetPublisher, status: PublisherStatus): void;
  /** Its video came to its end, or cannot be played on: it has stopped. */
  onEnd(publisher: FleetPublisher, error: StreamerError | null): void;
}

/** What one publisher did, for the report. */
export interface PublisherRecord {
  readonly member: FleetMember;
  /** Pictures left out because this process was late. */
  readonly framesSkipped: number;
  /** Microseconds in which it was publishing, and since it was made. */
  readonly publishingUs: number;
  readonly lifetimeUs: number;
  readonly errors: readonly TalliedError[];
  /** Why it was taken from the fleet; null for one that ran to the end of the run. */
  readonly ended: 'removed' | 'shed' | 'finished' | null;
}

/** At this share of its rate, less one picture, a stream is healthy. */
const HEALTHY_SHARE = 0.95;

/** One stream of a fleet: a video, played into a connection. */
export class FleetPublisher implements PictureSink {
  private readonly sender: PictureSender;
  private readonly player: VideoPlayer;
  private readonly rate = new StreamRate();
  private readonly tally = new ErrorTally();
  private readonly madeUs: number;
  private state: PublisherState = 'connecting';
  private loops = 0;
  private framesSkipped = 0;
  private publishingUs = 0;
  private publishingSinceUs: number | null = null;
  private hasEnded = false;

  constructor(
    readonly options: FleetPublisherOptions,
    private readonly video: PlayableVideo,
    private readonly clock: Clock,
    createSender: CreateSender,
    private readonly events: FleetPublisherEvents,
  ) {
    this.madeUs = clock.nowUs();
    this.sender = createSender(options.url, (status) => this.onState(status));
    this.player = video.player(this);
  }

  get name(): string {
    return this.options.name;
  }

  /** Whether its video came to its end. */
  get isFinished(): boolean {
    return this.hasEnded;
  }

  /** To be called about once a second. */
  sample(): void {
    const { framesSent: frames, bytesSent: bytes } = this.sender.status();
    if (this.state === 'publishing') this.rate.sample(this.clock.nowUs(), { frames, bytes });
  }

  /** How it is; `server` is what the RTSP server says of its path. */
  member(server: FleetMember['server']): FleetMember {
    const { rate } = this.rate;
    const { codec, width, height, fps } = this.video.facts;
    return {
      name: this.name,
      video: this.options.video,
      ...{ codec, width, height, nominalFps: fps },
      fps: rate?.fps ?? null,
      bitrateBps: rate?.bitrateBps ?? null,
      loops: this.loops,
      connection: this.sender.status(),
      health: this.health(),
      server,
    };
  }

  record(server: FleetMember['server'], ended: PublisherRecord['ended']): PublisherRecord {
    const nowUs = this.clock.nowUs();
    const openUs = this.publishingSinceUs === null ? 0 : nowUs - this.publishingSinceUs;
    return {
      member: this.member(server),
      framesSkipped: this.framesSkipped,
      publishingUs: this.publishingUs + openUs,
      lifetimeUs: nowUs - this.madeUs,
      errors: this.tally.errors,
      ended: this.hasEnded && ended === null ? 'finished' : ended,
    };
  }

  /** Connects anew; the video begins anew when it is connected. */
  restart(): void {
    if (!this.hasEnded) this.sender.restart();
  }

  stop(): Promise<void> {
    this.player.stop();
    return this.sender.stop();
  }

  onFormat(format: VideoFormat): void {
    this.sender.setFormat(format);
  }

  onPicture(picture: PacketizedPicture): void {
    this.sender.send(picture);
  }

  onSkip(pictures: number): void {
    this.framesSkipped += pictures;
  }

  onLoop(): void {
    this.loops += 1;
  }

  onEnd(error: StreamerError | null): void {
    if (error) this.tally.add(error, this.clock.nowUs());
    this.hasEnded = true;
    void this.stop();
    this.events.onEnd(this, error);
  }

  private health(): FleetMember['health'] {
    if (this.state !== 'publishing') return this.state;
    const { rate } = this.rate;
    // What was just connected has no rate yet.
    if (!rate) return 'connecting';
    const seconds = rate.spanUs / 1_000_000;
    return rate.fps * seconds + 1 >= HEALTHY_SHARE * this.video.facts.fps * seconds ? 'healthy' : 'degraded';
  }

  private onState(status: PublisherStatus): void {
    const before = this.state;
    this.state = status.state;
    if (before === 'publishing' && status.state !== 'publishing') this.onDisconnected();
    if (before !== 'publishing' && status.state === 'publishing') this.onConnected();
    if (status.error && status.state !== 'publishing') this.tally.add(status.error, this.clock.nowUs());
    this.events.onState(this, status);
  }

  /** A reader can make nothing of pictures before a key picture, so the video begins anew rather than wait for one. */
  private onConnected(): void {
    this.publishingSinceUs = this.clock.nowUs();
    this.rate.reset();
    this.sample();
    this.player.restart();
  }

  private onDisconnected(): void {
    this.publishingUs += this.clock.nowUs() - (this.publishingSinceUs ?? 0);
    this.publishingSinceUs = null;
    this.rate.reset();
  }
}
