import { FrameIntake } from '../hub/frame-intake.js';
import type { HubStream } from '../hub/stream.js';
import { TICKS_PER_SECOND } from './coded-video.js';
import { FEED_LIMITS } from './picture-feed.js';
import type { FeedEvents, PictureFeed } from './picture-feed.js';

/** The frames of a stream as they are; whether RTP can carry such JPEGs shows when they are sent. */
export class JpegFeed implements PictureFeed {
  readonly mode = 'mjpeg';
  readonly encoder = null;
  private readonly intake: FrameIntake;

  constructor(
    stream: HubStream,
    private readonly events: FeedEvents,
  ) {
    this.intake = new FrameIntake(stream, () => queueMicrotask(() => this.drain()), FEED_LIMITS);
    this.intake.open();
  }

  get framesLost(): number {
    return this.intake.leftOut;
  }

  async stop(): Promise<void> {
    this.intake.close();
    while (this.intake.first) this.intake.releaseFirst();
    await Promise.resolve();
  }

  private drain(): void {
    for (let taken = this.intake.first; taken; taken = this.intake.first) {
      this.intake.releaseFirst();
      const { header, jpeg } = taken.frame;
      const ptsTicks = Math.round((header.captureTimeUs / 1_000_000) * TICKS_PER_SECOND);
      const times = { ptsTicks, dtsTicks: ptsTicks, captureTimeUs: header.captureTimeUs };
      this.events.onPicture({ codec: 'mjpeg', units: [jpeg], isKey: true, ...times });
    }
  }
}
