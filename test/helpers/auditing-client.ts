import { Session } from '../../client/session.js';
import type { SessionFrame } from '../../client/session.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { Subscription, Welcome } from '../../shared/protocol/messages.js';
import type { AuditFigures } from './stream-audit.js';
import { StreamAudit } from './stream-audit.js';
import { isSyntheticJpeg } from './synthetic-jpeg.js';

/** How a client behaves that behaves well. */
export interface AuditingClientOptions {
  readonly clock?: Clock;
  readonly subscriptions?: readonly Subscription[];
  readonly token?: string;
}

/**
 * A well-behaved client, the product's own session, that keeps no picture but checks every number and, where the frames
 * are synthetic, every byte. It does not connect again.
 */
export class AuditingClient {
  readonly welcome: Promise<Welcome>;
  /** Resolves when the session is over; null when it ended as it should. */
  readonly end: Promise<StreamerError | null>;
  /** Frames whose bytes are not those that `syntheticJpeg` made for their number. */
  wrongContent = 0;
  private readonly session: Session;
  private readonly audits = new Map<number, StreamAudit>();
  private readonly waiters = new Set<() => void>();
  private failure: Error | null = null;

  constructor(port: number, { clock = new SystemClock(), subscriptions = [{}], token }: AuditingClientOptions = {}) {
    let resolveWelcome: (welcome: Welcome) => void;
    let resolveEnd: (error: StreamerError | null) => void;
    this.welcome = new Promise((resolve) => (resolveWelcome = resolve));
    this.end = new Promise((resolve) => (resolveEnd = resolve));
    const options = { host: '127.0.0.1', port, name: 'auditor', token: token ?? null, subscriptions, reconnect: false };
    this.session = new Session(
      { ...options, acknowledgeOnReceipt: true },
      {
        onWelcome: (welcome) => resolveWelcome(welcome),
        onFrame: (frame) => this.onFrame(frame),
        onSkipped: (streamId, first, last) => this.audit(streamId).onSkipped(first, last),
        onEnd: (error) => {
          this.failure = error ?? new Error('the session ended before that');
          this.wake();
          resolveEnd(error);
        },
      },
      clock,
    );
    this.session.start();
  }

  /** Connects; resolves when the server has welcomed it. */
  static async open(port: number, options?: AuditingClientOptions): Promise<AuditingClient> {
    const client = new AuditingClient(port, options);
    await Promise.race([client.welcome, client.end.then((error) => Promise.reject(error ?? new Error('closed')))]);
    return client;
  }

  /** What came of a stream so far; the first stream of a server has the id 1. */
  figures(streamId = 1): AuditFigures {
    return this.audit(streamId).figures;
  }

  /** Resolves when the frame `sequence` or a later one came; rejects when the session ends before. */
  async reached(sequence: number, streamId = 1): Promise<void> {
    while (this.figures(streamId).last < sequence) {
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** Says goodbye and resolves when the session is over. */
  async close(): Promise<void> {
    this.session.close();
    await this.end;
  }

  private onFrame({ header, jpeg }: SessionFrame): void {
    this.audit(header.streamId).onFrame(header);
    if (!isSyntheticJpeg(header, jpeg)) this.wrongContent += 1;
    this.wake();
  }

  private audit(streamId: number): StreamAudit {
    let audit = this.audits.get(streamId);
    if (!audit) this.audits.set(streamId, (audit = new StreamAudit()));
    return audit;
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
