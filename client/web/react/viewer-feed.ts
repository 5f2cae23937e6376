import { Backoff } from '../../../shared/backoff.js';
import { connect } from '../browser/connect.js';
import type {
  BrowserFrame,
  BrowserStats,
  ConnectOptions,
  ConnectionStatus,
  FrameStream,
} from '../browser/frame-stream.js';

/** What a feed hands on; neither may throw. */
export interface FeedEvents {
  onFrame(frame: BrowserFrame): void;
  onStatus(status: ConnectionStatus): void;
}

/** Times of a frame. */
export type FrameTimes = Pick<BrowserFrame, 'latencyUs' | 'receivedTimeUs' | 'captureTimeUs'>;

/** How a feed reaches the server; another one in tests. */
export type Connect = (options: ConnectOptions) => Promise<FrameStream>;

/** What trying again does not help against: somebody must do something first. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'BAD_TOKEN',
  'BAD_VERSION',
  'FORBIDDEN',
  'HOST_FORBIDDEN',
  'KICKED',
  'TOO_MANY_ATTEMPTS',
]);

/**
 * Frames of one stream until it is closed. Unlike the connection below it, it also tries again when the first connection
 * fails or the server ends it, except where that cannot help.
 */
export class ViewerFeed {
  private readonly abort = new AbortController();
  private readonly backoff = new Backoff();
  private stream: FrameStream | null = null;
  private status: ConnectionStatus | null = null;
  private failure: ConnectionStatus['reason'] = null;

  constructor(
    private readonly options: Omit<ConnectOptions, 'signal' | 'onStatus' | 'image'>,
    private readonly events: FeedEvents,
    private readonly connectTo: Connect = connect,
  ) {
    void this.run();
  }

  /** Figures of the connection; null while there is none. */
  stats(): BrowserStats | null {
    return this.stream?.stats() ?? null;
  }

  /** How many milliseconds old a frame was when it arrived, also where it was `kept`; null while that is not known. */
  ageAtArrivalMs(frame: FrameTimes): number | null {
    if (frame.latencyUs !== null) return frame.latencyUs / 1000;
    const clock = this.stream?.clock() ?? null;
    return clock === null ? null : (frame.receivedTimeUs + clock.offsetUs - frame.captureTimeUs) / 1000;
  }

  close(): void {
    this.abort.abort();
    this.stream?.close();
    this.stream = null;
  }

  private async run(): Promise<void> {
    for (;;) {
      this.failure = (await this.watch()) ?? { code: 'CONNECTION_LOST', message: 'The connection ended.' };
      if (this.isClosed) return;
      const isFinal = FINAL_CODES.has(this.failure.code);
      const { stream, state } = this.status ?? { stream: null, state: null };
      this.tell({ connection: isFinal ? 'closed' : 'reconnecting', stream, state, reason: this.failure });
      if (isFinal) return;
      await this.pause(this.backoff.nextDelayMs());
      if (this.isClosed) return;
    }
  }

  /** One connection from beginning to end; tells why it ended. */
  private async watch(): Promise<ConnectionStatus['reason']> {
    try {
      const { signal } = this.abort;
      const onStatus = (status: ConnectionStatus): void => this.tell(this.afterFailure(status));
      this.stream = await this.connectTo({ ...this.options, image: 'bitmap', signal, onStatus });
      this.tell(this.stream.status);
      for await (const frame of this.stream) {
        if (this.isClosed) {
          if (!(frame.image instanceof Blob)) frame.image.close();
          return null;
        }
        this.backoff.reset();
        this.events.onFrame(frame);
      }
      return this.stream?.status.reason ?? null;
    } catch (thrown) {
      return reasonOf(thrown);
    } finally {
      this.stream = null;
    }
  }

  private get isClosed(): boolean {
    return this.abort.signal.aborted;
  }

  /** While it tries again after a failure, that failure is what is to be told. */
  private afterFailure(status: ConnectionStatus): ConnectionStatus {
    if (status.connection === 'connected') this.failure = null;
    if (status.connection !== 'connecting' || this.failure === null) return status;
    return { ...status, connection: 'reconnecting', reason: this.failure };
  }

  private tell(status: ConnectionStatus): void {
    if (this.isClosed) return;
    this.status = status;
    this.events.onStatus(status);
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.abort;
      const end = (): void => {
        clearTimeout(timer);
        // Of a server that is away for days, each try would leave one behind.
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, delayMs);
      signal.addEventListener('abort', end);
    });
  }
}

function reasonOf(thrown: unknown): { code: string; message: string } {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'CONNECT_FAILED';
  return { code, message };
}
