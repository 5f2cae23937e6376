import type {
  BrowserFrame,
  BrowserStats,
  ConnectOptions,
  ConnectionStatus,
  FrameStream,
} from '../../client/web/browser/frame-stream.js';

/** A connection of a page that a test feeds by hand. */
export class FakeFrameStream implements FrameStream {
  status: ConnectionStatus = { connection: 'connected', stream: null, state: 'live', reason: null };
  isClosed = false;
  private readonly frames: BrowserFrame[] = [];
  private wake: () => void = () => undefined;

  constructor(readonly options: ConnectOptions) {}

  /** Hands on a frame. */
  push(frame: Partial<BrowserFrame>): void {
    this.frames.push({ image: new Blob(), latencyUs: null, ...frame } as BrowserFrame);
    this.wake();
  }

  /** Changes how the connection is, and tells it. */
  tell(status: Partial<ConnectionStatus>): void {
    this.status = { ...this.status, ...status };
    this.options.onStatus?.(this.status);
  }

  /** Ends the frames, as the server does with `reason`. */
  end(reason: ConnectionStatus['reason']): void {
    this.status = { ...this.status, connection: 'closed', reason };
    this.close();
  }

  stats(): BrowserStats {
    throw new Error('not needed in these tests');
  }

  clock(): { offsetUs: number; errorUs: number } {
    return { offsetUs: 500, errorUs: 10 };
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<BrowserFrame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) yield frame;
      else if (this.isClosed) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
