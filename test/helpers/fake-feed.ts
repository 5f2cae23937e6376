import type { FeedFrame, FeedListener, FrameFeed } from '../../server/sources/frame-feed.js';
import type { StreamerError } from '../../shared/errors.js';

/** A feed whose pictures come when the test says so; a picture is a buffer that holds its number. */
export class FakeFeed implements FrameFeed {
  readonly released: number[] = [];
  stops = 0;
  private readonly ready: FeedFrame[] = [];

  constructor(
    readonly listener: FeedListener,
    /** Called when a picture is released. */
    public onRelease: (picture: number) => void = () => undefined,
  ) {}

  get readyFrames(): number {
    return this.ready.length;
  }

  take(): FeedFrame | undefined {
    return this.ready.shift();
  }

  async stop(): Promise<void> {
    this.stops += 1;
    for (const frame of this.ready.splice(0)) frame.release();
  }

  /** Makes pictures ready, one after the other. */
  push(...pictures: number[]): void {
    for (const picture of pictures) {
      this.prepare(picture);
      this.listener.onReady();
    }
  }

  /** Makes a picture ready that is a JPEG already. */
  pushJpeg(picture: number): void {
    this.prepare(picture, 'jpeg');
    this.listener.onReady();
  }

  /** Makes a picture ready that nobody is told of, as when the process is too busy to be told. */
  prepare(picture: number, kind: 'raw' | 'jpeg' = 'raw'): void {
    const data = Buffer.alloc(4);
    data.writeInt32BE(picture);
    const release = () => {
      this.released.push(picture);
      this.onRelease(picture);
    };
    this.ready.push({ kind, data, width: 1, height: 1, decodedTimeUs: picture, release });
  }

  end(error: StreamerError | null = null): void {
    this.listener.onEnd(error);
  }
}

/** The number in a picture of a `FakeFeed`. */
export function pictureOf({ data }: { readonly data: Buffer }): number {
  return data.readInt32BE(0);
}
