import { WebSocket } from 'ws';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import { VERSION } from '../../shared/package-info.js';
import { MAX_BODY_BYTES, MessageType, PREFIX_BYTES } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';
import { MAX_UNSENT_BYTES, unreadError } from '../../shared/protocol/unsent-limit.js';
import { redactUrl } from '../../shared/redact.js';
import type { ConnectionListener, Link } from '../connection.js';
import { noHttpError } from '../wrong-port.js';

const CONNECT_TIMEOUT_US = 5_000_000;
/** A session pings at least twice a second, so silence this long means that the other end is gone. */
const SILENCE_TIMEOUT_US = 10_000_000;
const SILENCE_CHECK_US = 1_000_000;
/** How long the goodbye may take. */
const LINGER_US = 1_000_000;
const NORMAL_CLOSURE = 1000;

/** What a server that answers a request with another status than 101 means. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'BAD_TOKEN',
  403: 'FORBIDDEN',
  404: 'UNKNOWN_STREAM',
  429: 'TOO_MANY_ATTEMPTS',
};

/** One connection over WebSocket (docs/protocol.md, section 17), from connecting to its end. */
export class WebSocketConnection implements Link {
  private readonly socket: WebSocket;
  private lastHeardUs: number;
  private cancelTimer: CancelTimer;
  private wasOpen = false;
  private isClosed = false;
  /** Whether it is being cut off because the server does not read. */
  private isUnread = false;

  /** @param url of ws:// or wss://, without a fragment */
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly listener: ConnectionListener,
  ) {
    this.lastHeardUs = clock.nowUs();
    this.cancelTimer = clock.schedule(CONNECT_TIMEOUT_US, () => this.fail(this.timeoutError()));
    this.socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: PREFIX_BYTES + MAX_BODY_BYTES[MessageType.FRAME],
      headers: { 'User-Agent': `frame-streamer/${VERSION}` },
    });
    this.socket.on('open', () => this.onOpen());
    this.socket.on('message', (data, isBinary) => this.onData(data as Buffer, isBinary));
    this.socket.on('unexpected-response', (request, { statusCode }) => {
      request.destroy();
      this.fail(this.statusError(statusCode ?? 0));
    });
    this.socket.on('error', (cause) => this.fail(this.connectionError(cause)));
    this.socket.on('close', () => this.fail(this.isUnread ? unreadError(this.place) : this.lostError()));
  }

  send(message: Buffer): void {
    if (this.isClosed || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount <= MAX_UNSENT_BYTES) return this.socket.send(message);
    // The end is told later, since nobody who sends looks for it meanwhile.
    this.isUnread = true;
    this.socket.terminate();
  }

  close(lastMessage: Buffer | null): void {
    if (this.isClosed) return;
    if (lastMessage) this.send(lastMessage);
    this.socket.close(NORMAL_CLOSURE);
    const cancel = this.clock.schedule(LINGER_US, () => this.socket.terminate());
    this.socket.once('close', cancel);
    this.finish(null);
  }

  /** Resolves when the socket is gone, which after `close` is up to a second later. */
  whenGone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.readyState === WebSocket.CLOSED) resolve();
      else this.socket.once('close', () => resolve());
    });
  }

  private fail(error: StreamerError): void {
    if (this.isClosed) return;
    this.socket.terminate();
    this.finish(error);
  }

  private onOpen(): void {
    if (this.isClosed) return;
    this.wasOpen = true;
    this.cancelTimer();
    this.lastHeardUs = this.clock.nowUs();
    this.watchSilence();
    this.listener.onOpen();
  }

  /** Each binary message is one message of the protocol, so what is left of one shows a broken peer at once. */
  private onData(data: Buffer, isBinary: boolean): void {
    if (this.isClosed) return;
    const receivedTimeUs = this.clock.nowUs();
    this.lastHeardUs = receivedTimeUs;
    let count = 0;
    const parser = new MessageParser({
      accepts: CLIENT_ACCEPTS,
      onMessage: (message) => {
        count += 1;
        if (!this.isClosed && count === 1) this.listener.onMessage(message, receivedTimeUs);
      },
    });
    try {
      if (isBinary) parser.push(data);
      if (!isBinary || count > 1 || data.length === 0 || parser.bufferedBytes > 0) throw this.badMessage();
    } catch (thrown) {
      this.fail(toStreamerError(thrown));
    }
  }

  private watchSilence(): void {
    this.cancelTimer = this.clock.schedule(SILENCE_CHECK_US, () => {
      if (this.clock.nowUs() - this.lastHeardUs < SILENCE_TIMEOUT_US) this.watchSilence();
      else this.fail(new StreamerError('CONNECTION_LOST', 'The server said nothing for 10 seconds.'));
    });
  }

  private finish(error: StreamerError | null): void {
    this.isClosed = true;
    this.cancelTimer();
    this.listener.onClose(error);
  }

  private badMessage(): StreamerError {
    return new StreamerError('BAD_MESSAGE', `${this.place} sends WebSocket messages that are not one message each.`);
  }

  private statusError(status: number): StreamerError {
    const code = CODE_OF_STATUS[status] ?? 'CONNECT_FAILED';
    return new StreamerError(code, `${this.place} answers ${status} instead of opening a WebSocket.`);
  }

  private timeoutError(): StreamerError {
    return new StreamerError('CONNECT_TIMEOUT', `${this.place} did not answer within 5 seconds; is the address right?`);
  }

  private connectionError(cause: NodeJS.ErrnoException): StreamerError {
    if (this.wasOpen) return this.lostError(cause);
    if (cause.code?.startsWith('HPE_')) return noHttpError(this.place, cause);
    const why = cause.code === 'ECONNREFUSED' ? 'nothing listens there' : (cause.code ?? 'it speaks no WebSocket');
    return new StreamerError('CONNECT_FAILED', `Cannot connect to ${this.place}: ${why}.`, { cause });
  }

  private lostError(cause?: Error): StreamerError {
    return new StreamerError('CONNECTION_LOST', `The connection to ${this.place} broke.`, { cause });
  }

  private get place(): string {
    return redactUrl(this.url);
  }
}
