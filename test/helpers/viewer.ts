import { Session } from '../../client/session.js';
import type { SessionFrame } from '../../client/session.js';
import type { TlsTrust } from '../../client/tls-trust.js';
import { SystemClock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { StreamChange, StreamInfo, Subscription, Welcome } from '../../shared/protocol/messages.js';

/** What a viewer watches, and how. */
export interface ViewerOptions {
  /** The server's first stream by default. */
  readonly subscriptions?: readonly Subscription[];
  readonly token?: string | null;
  /** Where it connects; 127.0.0.1 by default. */
  readonly host?: string;
  readonly tls?: TlsTrust | null;
}

/** A session on the local machine that keeps everything it was told, in order. It does not connect again. */
export class Viewer {
  readonly welcomes: Welcome[] = [];
  readonly frames: SessionFrame[] = [];
  readonly changes: StreamChange[] = [];
  /** Ranges of sequence numbers, both ends included, that the server said it left out. */
  readonly skipped: { readonly streamId: number; readonly first: number; readonly last: number }[] = [];
  /** Resolves when the session is over; null when `close` or the end of all streams ended it. */
  readonly end: Promise<StreamerError | null>;
  private over: { error: StreamerError | null } | null = null;
  private readonly session: Session;
  private readonly waiters = new Set<() => void>();

  private constructor(
    port: number,
    { subscriptions = [{}], token = null, host = '127.0.0.1', tls = null }: ViewerOptions,
  ) {
    let resolveEnd: (error: StreamerError | null) => void;
    this.end = new Promise((resolve) => (resolveEnd = resolve));
    const options = { host, port, tls, name: 'viewer', token, subscriptions, reconnect: false };
    this.session = new Session(
      { ...options, acknowledgeOnReceipt: true },
      {
        onWelcome: (welcome) => this.note(this.welcomes, welcome),
        onFrame: (frame) => this.note(this.frames, frame),
        onStream: (change) => this.note(this.changes, change),
        onSkipped: (streamId, first, last) => this.note(this.skipped, { streamId, first, last }),
        onEnd: (error) => {
          this.over = { error };
          this.wake();
          resolveEnd(error);
        },
      },
      new SystemClock(),
    );
    this.session.start();
  }

  /** Connects; resolves when the server has said what it streams. Rejects with what the server said instead. */
  static async open(port: number, options: ViewerOptions = {}): Promise<Viewer> {
    const viewer = new Viewer(port, options);
    await viewer.until(() => viewer.welcomes.length > 0);
    return viewer;
  }

  /** The stream that is watched (the first of them), as WELCOME described it. */
  get stream(): StreamInfo {
    const { streams, subscribed } = this.welcomes[0]!;
    return streams.find(({ id }) => id === subscribed[0])!;
  }

  /** Resolves once `holds`, asked again after everything the server says. Rejects when the session ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.over) throw this.over.error ?? new Error('the session ended before that');
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** Resolves with the first `count` frames after the first `from` ones. */
  async take(count: number, from = 0): Promise<readonly SessionFrame[]> {
    await this.until(() => this.frames.length >= from + count);
    return this.frames.slice(from, from + count);
  }

  /** Says goodbye and resolves when the session is over. */
  async close(): Promise<void> {
    this.session.close();
    await this.end;
  }

  private note<T>(list: T[], item: T): void {
    list.push(item);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
