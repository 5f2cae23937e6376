import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { HubStream } from '../hub/stream.js';
import type { FeedEvents, PictureFeed } from './picture-feed.js';
import { TsReader } from './ts-reader.js';

const NOT_OFFERED = 'The source is not H.264 or H.265, or its own video cannot be had.';

/**
 * The video of a live source as it came. The source runs for it, but no frame is made on its account. A picture was
 * captured when it arrived here.
 */
export class CopiedFeed implements PictureFeed {
  readonly mode = 'copy';
  readonly encoder = null;
  readonly framesLost = 0;
  private reader: TsReader | null = null;
  private isOver = false;
  private readonly release: () => void;
  private readonly stopListening: () => void;

  constructor(
    stream: HubStream,
    private readonly clock: Clock,
    private readonly events: FeedEvents,
  ) {
    this.stopListening = stream.packets.listen({
      onOffer: (isOffered) => isOffered === false && this.fail(new StreamerError('PUBLISH_IMPOSSIBLE', NOT_OFFERED)),
      onPackets: (bytes, isStart) => this.read(bytes, isStart),
    });
    this.release = stream.hold();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.stopListening();
    this.release();
    await Promise.resolve();
  }

  private read(bytes: Buffer, isStart: boolean): void {
    if (isStart || !this.reader) this.begin();
    this.reader?.push(bytes);
  }

  private begin(): void {
    this.reader = new TsReader({
      onPicture: (picture) => this.isOver || this.events.onPicture(picture),
      onError: (error) => this.fail(error),
      captureTimeUsOf: () => this.clock.nowUs(),
    });
    this.events.onBreak();
  }

  private fail(error: StreamerError): void {
    if (this.isOver) return;
    void this.stop();
    this.events.onUnable(error);
  }
}
