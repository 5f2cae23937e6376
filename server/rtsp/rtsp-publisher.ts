import { Backoff, DEFAULT_BACKOFF } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { RtspConnectionOptions } from '../../shared/rtsp/rtsp-connection.js';
import { parseRtspTarget } from '../../shared/rtsp/rtsp-target.js';
import type { PacketizedPicture, VideoFormat } from './coded-video.js';
import { isSameFormat } from './nal-units.js';
import { publishErrors } from './publish-error.js';
import type { PublisherState, PublisherStatus } from './publisher-status.js';
import { RecordSession } from './record-session.js';

/** Where a stream is published, and how. */
export interface RtspPublisherOptions {
  /** `rtsp://` or `rtsps://`, with `user:password@` where the server wants them. */
  readonly url: string;
  /** Whether the certificate of an `rtsps://` server must be a trusted one; true by default. */
  readonly tlsCheck?: boolean;
  /** How requests name us; `frame-streamer` by default. */
  readonly userAgent?: string;
}

/** What a publisher needs of its surroundings. */
export interface RtspPublisherParts {
  readonly clock: Clock;
  /** Numbers from 0 up to 1, for the waits; `Math.random` by default. */
  readonly random?: () => number;
}

/** What a publisher tells. */
export interface RtspPublisherEvents {
  /** The state changed, or an attempt failed once more; may come while a method of the publisher runs. */
  onState(status: PublisherStatus): void;
}

/** A connection that held so long shows that the server works; one that breaks sooner is a failure like the last. */
const PROVEN_US = 5_000_000;

/**
 * Publishes one stream to an RTSP server (RFC 2326: ANNOUNCE, SETUP and RECORD, and packets on the same TCP connection),
 * and connects again by itself, with growing waits, whenever that fails.
 */
export class RtspPublisher {
  private readonly connectionOptions: RtspConnectionOptions;
  private readonly backoff: Backoff;
  private format: VideoFormat | null = null;
  private session: RecordSession | null = null;
  /** Resolves when the connection before is closed; null when there is none. */
  private ending: Promise<void> | null = null;
  private cancelWait: CancelTimer | null = null;
  private state: PublisherState = 'waiting';
  private sinceUs: number;
  private error: StreamerError | null = null;
  private connections = 0;
  private framesSent = 0;
  private framesDropped = 0;
  private bytesSent = 0;

  /** @throws {StreamerError} BAD_USAGE for an address that is none of RTSP. */
  constructor(
    options: RtspPublisherOptions,
    private readonly parts: RtspPublisherParts,
    private readonly events: RtspPublisherEvents,
  ) {
    const { url, tlsCheck = true, userAgent = 'frame-streamer' } = options;
    const target = parseRtspTarget(url);
    this.connectionOptions = { target, tlsCheck, userAgent, errors: publishErrors(target) };
    this.backoff = new Backoff(DEFAULT_BACKOFF, parts.random);
    this.sinceUs = parts.clock.nowUs();
  }

  /**
   * Connects and announces this format; called with another one later, it announces that on a new connection: at once, or,
   * where the next attempt is waited for, with that.
   */
  setFormat(format: VideoFormat): void {
    if (this.isStopped || (this.format && isSameFormat(format, this.format))) return;
    this.format = format;
    if (this.cancelWait) return;
    this.trust();
    this.renew();
  }

  /**
   * Sends a picture. Never waits, never throws: the picture is left out while the stream is not published, and, when the
   * server does not take in time what it is sent, until the next key picture.
   */
  send(picture: PacketizedPicture): void {
    if (this.isStopped) return;
    if (this.session?.send(picture) === true) {
      this.framesSent += 1;
      this.bytesSent += picture.lengthBytes;
    } else this.framesDropped += 1;
  }

  /** Connects anew at once; does nothing before the first format or after the end. */
  restart(): void {
    if (!this.format || this.isStopped) return;
    this.backoff.reset();
    this.renew();
  }

  status(): PublisherStatus {
    const { state, error, framesSent, framesDropped, bytesSent, sinceUs } = this;
    const url = this.connectionOptions.target.shownUrl;
    const reconnects = Math.max(0, this.connections - 1);
    return { state, url, error, framesSent, framesDropped, bytesSent, reconnects, sinceUs };
  }

  /** Says goodbye, and resolves when the connection is closed: after a second at most. Idempotent. */
  async stop(): Promise<void> {
    this.leave();
    if (!this.isStopped) this.tell('stopped', null);
    await this.ending;
  }

  private get isStopped(): boolean {
    return this.state === 'stopped';
  }

  private renew(): void {
    this.leave();
    this.connect();
  }

  /** What held for a while has made good for the failures before. */
  private trust(): void {
    const isProven = this.state === 'publishing' && this.parts.clock.nowUs() - this.sinceUs >= PROVEN_US;
    if (isProven) this.backoff.reset();
  }

  /** Gives up the connection that there is, or the wait for one. */
  private leave(): void {
    this.cancelWait?.();
    this.cancelWait = null;
    const { session, ending } = this;
    if (!session) return;
    this.session = null;
    const ended = Promise.all([ending, session.end()]).then(() => {
      if (this.ending !== ended) return;
      this.ending = null;
      this.connect();
    });
    this.ending = ended;
  }

  /** A server that sees the connection before still open may refuse the next one: the path would be taken. */
  private connect(): void {
    if (this.state !== 'connecting' && this.state !== 'stopped') this.tell('connecting', this.error);
    // Whoever was told may have done something about it.
    if (!this.format || this.isStopped || this.ending || this.session) return;
    const session = new RecordSession(this.connectionOptions, this.format, this.parts.clock, {
      onReady: () => {
        if (session !== this.session) return;
        this.connections += 1;
        this.tell('publishing', null);
      },
      onEnd: (error) => {
        if (session === this.session) this.onEnd(error);
      },
    });
    this.session = session;
  }

  private onEnd(error: StreamerError): void {
    this.session = null;
    const { clock } = this.parts;
    this.trust();
    const waitUs = this.backoff.nextDelayMs() * 1000;
    this.cancelWait = clock.schedule(waitUs, () => {
      this.cancelWait = null;
      this.connect();
    });
    this.tell('waiting', error);
  }

  private tell(state: PublisherState, error: StreamerError | null): void {
    this.state = state;
    this.error = error;
    this.sinceUs = this.parts.clock.nowUs();
    this.events.onState(this.status());
  }
}
