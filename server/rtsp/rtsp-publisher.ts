import type { Clock } from '../../shared/clock.js';
import type { PacketizedPicture, VideoFormat } from './coded-video.js';
import type { PublisherStatus } from './publisher-status.js';
import { parseRtspTarget } from './rtsp-target.js';

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
  /** Numbers from 0 up to 1, for waits; `Math.random` by default. */
  readonly random?: () => number;
}

/** What a publisher tells. */
export interface RtspPublisherEvents {
  /** The state changed, or an attempt failed once more; may come while a method of the publisher runs. */
  onState(status: PublisherStatus): void;
}

/**
 * Publishes one stream to an RTSP server (RFC 2326: ANNOUNCE, SETUP, RECORD over the one TCP connection), and connects
 * again by itself, with growing waits, whenever that fails.
 */
export class RtspPublisher {
  /** @throws {StreamerError} BAD_USAGE for an address that is none of RTSP. */
  constructor(
    private readonly options: RtspPublisherOptions,
    private readonly parts: RtspPublisherParts,
    private readonly events: RtspPublisherEvents,
  ) {
    parseRtspTarget(options.url);
  }

  /** Connects and announces this format; called with another one later, it announces anew on a new connection. */
  setFormat(format: VideoFormat): void {
    void format;
  }

  /**
   * Sends a picture. Never waits, never throws: the picture is left out while the stream is not published, and, when the
   * server does not take in time what it is sent, until the next key picture.
   */
  send(picture: PacketizedPicture): void {
    void picture;
  }

  /** Connects anew at once; nothing before the first format, or after the end. */
  restart(): void {
    void this.events;
  }

  status(): PublisherStatus {
    throw new Error(`not yet ${this.options.url} ${this.parts.clock.nowUs()}`);
  }

  /** Says goodbye, ends the connection, and resolves when it is gone: within two seconds. Idempotent. */
  async stop(): Promise<void> {
    await Promise.resolve();
  }
}
