import type { Clock } from '../../shared/clock.js';
import type { CodedPicture, VideoFormat } from './coded-video.js';
import { HeldPictures } from './held-pictures.js';
import { packetize } from './packetizer.js';
import { PictureTimeline } from './picture-timeline.js';
import type { PublisherStatus } from './publisher-status.js';
import { RtspPublisher } from './rtsp-publisher.js';
import type { RtspPublisherEvents, RtspPublisherOptions } from './rtsp-publisher.js';
import { formatOf, isSameFormat } from './nal-units.js';

/** What publishes; an `RtspPublisher` but in tests. */
export type Publisher = Pick<RtspPublisher, 'setFormat' | 'send' | 'status' | 'stop'>;

/** What a link works with. */
export interface LinkParts {
  readonly clock: Clock;
  readonly createPublisher?: (options: RtspPublisherOptions, events: RtspPublisherEvents) => Publisher;
}

/** Each new format is a new connection, so a source that changes its own with every picture must not make one for each. */
const MIN_FORMAT_US = 1_000_000;

/** Counts of all publishers of a link. */
type Totals = Pick<PublisherStatus, 'framesSent' | 'framesDropped' | 'bytesSent' | 'reconnects'>;

/**
 * The way of one stream to its RTSP server: a publisher that is there from the first picture on, until `end`, and again
 * with the next one. It is told of a new format, once a second at most; the pictures of meanwhile are left out.
 */
export class PublisherLink {
  private readonly timeline = new PictureTimeline();
  private readonly held = new HeldPictures();
  private publisher: Publisher | null = null;
  private format: VideoFormat | null = null;
  /** The newest format, until it is announced. */
  private nextFormat: VideoFormat | null = null;
  private announcedTimeUs = 0;
  private tooSoon = 0;
  private past: Totals = { framesSent: 0, framesDropped: 0, bytesSent: 0, reconnects: 0 };
  private hadPublisher = false;
  private ending: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly parts: LinkParts,
    private readonly onState: () => void,
  ) {}

  /** How the present publisher does; null where there is none. */
  get status(): PublisherStatus | null {
    return this.publisher?.status() ?? null;
  }

  get isPublishing(): boolean {
    return this.status?.state === 'publishing';
  }

  /** Codec of what was announced last. */
  get codec(): VideoFormat['codec'] | null {
    return this.format?.codec ?? null;
  }

  /** Since the link was made. */
  get totals(): Totals {
    const { framesDropped, ...others } = this.publisher ? sum(this.past, this.publisher.status()) : this.past;
    return { ...others, framesDropped: framesDropped + this.held.lost + this.tooSoon };
  }

  /** Sends a picture, if the server takes it; nothing before the first key picture. False for one that RTP cannot carry. */
  send(picture: CodedPicture): boolean {
    const packetized = packetize({ ...picture, ptsTicks: this.timeline.place(picture) });
    if (!packetized) return false;
    if (picture.isKey) this.nextFormat = formatOf(picture) ?? this.nextFormat;
    if (this.nextFormat && !this.announce(this.nextFormat)) this.tooSoon += 1;
    else if (this.isPublishing) this.publisher?.send(packetized);
    else if (this.publisher) this.held.add(packetized);
    return true;
  }

  /** The times of the pictures that follow have another origin. */
  breakTimes(): void {
    this.timeline.begin();
  }

  /** Says goodbye to the server; resolves when the connection is gone. */
  end(): Promise<void> {
    const { publisher } = this;
    if (publisher) {
      this.past = sum(this.past, publisher.status());
      this.publisher = null;
      this.held.clear();
      this.format = null;
      this.nextFormat = null;
      this.ending = this.ending.then(() => publisher.stop());
    }
    return this.ending;
  }

  /** False where the server cannot be told of it yet. */
  private announce(format: VideoFormat): boolean {
    const nowUs = this.parts.clock.nowUs();
    if (!this.publisher || !this.format || !isSameFormat(format, this.format)) {
      if (this.publisher && nowUs - this.announcedTimeUs < MIN_FORMAT_US) return false;
      this.announcedTimeUs = nowUs;
      this.format = format;
      // They are of the format before.
      this.held.clear();
      this.publisher ??= this.create();
      this.publisher.setFormat(format);
    }
    this.nextFormat = null;
    return true;
  }

  private create(): Publisher {
    const { clock, createPublisher = (options, events) => new RtspPublisher(options, { clock }, events) } = this.parts;
    if (this.hadPublisher) this.past = { ...this.past, reconnects: this.past.reconnects + 1 };
    this.hadPublisher = true;
    const publisher = createPublisher(
      { url: this.url },
      { onState: () => this.publisher === publisher && this.onPublisher() },
    );
    return publisher;
  }

  private onPublisher(): void {
    if (this.isPublishing)
      for (const picture of this.held.take(this.parts.clock.nowUs())) this.publisher?.send(picture);
    this.onState();
  }
}

function sum(one: Totals, other: Totals): Totals {
  return {
    framesSent: one.framesSent + other.framesSent,
    framesDropped: one.framesDropped + other.framesDropped,
    bytesSent: one.bytesSent + other.bytesSent,
    reconnects: one.reconnects + other.reconnects,
  };
}
