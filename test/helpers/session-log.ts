import { Session } from '../../client/session.js';
import type { SessionOptions } from '../../client/session.js';
import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';

/** One thing that a session told its owner. */
export type SessionEvent =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'frame'; readonly sequence: number }
  | { readonly kind: 'outage'; readonly error: StreamerError; readonly retryInMs: number }
  | { readonly kind: 'end'; readonly error: StreamerError | null };

/** A session on the local machine that reconnects, and everything that it told, in order. */
export class SessionLog {
  readonly events: SessionEvent[] = [];
  readonly session: Session;
  private taken = 0;
  private readonly waiters = new Set<() => void>();

  /** Waits between attempts are as long as they can be, so that they are known: 250 ms, 500 ms, 1 s … */
  constructor(port: number, clock: Clock, options: Partial<SessionOptions> = {}) {
    const all = {
      host: '127.0.0.1',
      port,
      name: 'test',
      token: null,
      subscriptions: [{}],
      reconnect: true,
      ...options,
    };
    this.session = new Session(
      { acknowledgeOnReceipt: true, ...all },
      {
        onWelcome: () => this.note({ kind: 'welcome' }),
        onFrame: ({ header }) => this.note({ kind: 'frame', sequence: header.sequence }),
        onOutage: (error, retryInMs) => this.note({ kind: 'outage', error, retryInMs }),
        onEnd: (error) => this.note({ kind: 'end', error }),
      },
      clock,
      () => 1,
    );
    this.session.start();
  }

  /** Resolves with the next event, which was not taken before. */
  async next(): Promise<SessionEvent> {
    while (this.taken === this.events.length) await new Promise<void>((resolve) => this.waiters.add(resolve));
    this.taken += 1;
    return this.events[this.taken - 1]!;
  }

  private note(event: SessionEvent): void {
    this.events.push(event);
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
