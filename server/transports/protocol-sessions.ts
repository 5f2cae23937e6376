import { StreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import { encodeStream } from '../../shared/protocol/codec.js';
import type { Message } from '../../shared/protocol/messages.js';
import { MessageParser, SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { Channel } from './channel.js';
import { ProtocolSession } from './protocol-session.js';
import type { SessionContext } from './protocol-session.js';
import type { TokenCheck } from './token.js';

/** Connections that have not said HELLO; one more pushes out the oldest, so that silence cannot lock others out. */
const MAX_PENDING = 256;

/** A connection on which a session is to begin. */
export interface NewSession {
  readonly channel: Channel;
  /** Ends the connection without a word. */
  readonly cut: () => void;
  /** Where the client may come in by other means than a token in HELLO. */
  readonly checkToken?: TokenCheck;
  /** What the session gets in the place of a message. */
  readonly adapt?: (message: Message) => Message;
}

/** A session with the way in for its client's bytes. */
export interface OpenSession {
  readonly session: ProtocolSession;
  /** Takes bytes of the client, cut anywhere; what is wrong with them ends the session. */
  readonly push: (bytes: Buffer) => void;
}

/** The sessions of one transport: what happens to streams reaches all of them, and none is lost when it closes. */
export class ProtocolSessions {
  /** With each session, how its connection is cut. */
  private readonly sessions = new Map<ProtocolSession, () => void>();
  private readonly refusals: RepeatLimiter;
  private readonly stopWatching: () => void;

  constructor(private readonly context: SessionContext) {
    this.refusals = new RepeatLimiter(context.clock);
    this.stopWatching = context.hub.onChange((change) => {
      const encoded = encodeStream(change);
      for (const session of this.sessions.keys()) session.onStreamChange(change, encoded);
    });
  }

  /** Begins a session. */
  open({ channel, cut, checkToken = this.context.checkToken, adapt = (message) => message }: NewSession): OpenSession {
    const onClosed = () => void this.sessions.delete(session);
    const session = new ProtocolSession(channel, { ...this.context, checkToken }, this.refusals, onClosed);
    const onMessage = (message: Message) => session.onMessage(adapt(message));
    const parser = new MessageParser({ accepts: SERVER_ACCEPTS, onMessage });
    this.sessions.set(session, cut);
    this.limitPending();
    return { session, push: (bytes) => this.read(session, parser, bytes) };
  }

  /** Says goodbye to every client, and watches the streams no more. */
  close(code: ErrorCode, message: string): void {
    this.stopWatching();
    for (const session of [...this.sessions.keys()]) session.bye(code, message);
  }

  private read(session: ProtocolSession, parser: MessageParser, bytes: Buffer): void {
    try {
      parser.push(bytes);
    } catch (error) {
      session.onProtocolError(this.toProtocolError(error));
    }
  }

  private toProtocolError(error: unknown): StreamerError {
    if (error instanceof StreamerError) return error;
    this.context.logger.error({ err: error }, 'defect while reading a client');
    return new StreamerError('INTERNAL', 'The server met a defect; please report it.');
  }

  /** A map keeps the order of insertion, so the first pending session is the oldest. */
  private limitPending(): void {
    let pending = 0;
    let cutOldest: (() => void) | null = null;
    for (const [session, cut] of this.sessions) {
      if (!session.isPending) continue;
      pending += 1;
      cutOldest ??= cut;
    }
    if (pending > MAX_PENDING) cutOldest?.();
  }
}
