import type { CancelTimer, Clock } from '../../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../../shared/errors.js';
import { MAX_UNSENT_BYTES, unreadError } from '../../../shared/protocol/unsent-limit.js';
import { decodeMessage } from './message-codec.js';
import type { ServerMessage } from './message-codec.js';

/** Opens a WebSocket; other than the browser's own in tests. */
export type OpenSocket = (url: string) => WebSocket;

/** What a connection tells its owner; nothing comes after `onClose`. */
export interface ConnectionListener {
  onOpen(): void;
  /** `receivedTimeUs` is when the page was handed the message. */
  onMessage(message: ServerMessage, receivedTimeUs: number): void;
  /** The connection is gone; null when we closed it. Called exactly once, and never before the constructor is done. */
  onClose(error: StreamerError | null): void;
}

const CONNECT_TIMEOUT_US = 5_000_000;
/** A session pings at least twice a second, so silence this long means that the other end is gone. */
const SILENCE_TIMEOUT_US = 10_000_000;
const SILENCE_CHECK_US = 1_000_000;
/** A check this late says that the page stood still, and what came meanwhile waits behind it. */
const LATE_CHECK_US = 5_000_000;
const NORMAL_CLOSURE = 1000;

/** One WebSocket to a server, from connecting to its end; it never comes back. */
export class WebSocketConnection {
  private readonly socket: WebSocket | null;
  private lastHeardUs: number;
  private wasLate = false;
  private cancelTimer: CancelTimer;
  private opened = false;
  private closed = false;
  /** Whether it is over, but that has not been told yet. */
  private isFailing = false;

  constructor(
    private readonly url: string,
    openSocket: OpenSocket,
    private readonly clock: Clock,
    private readonly listener: ConnectionListener,
  ) {
    this.lastHeardUs = clock.nowUs();
    this.cancelTimer = clock.schedule(CONNECT_TIMEOUT_US, () => this.fail(this.timeoutError()));
    this.socket = this.open(openSocket);
  }

  /** Sends a whole message; silently nothing while the connection is not open. */
  send(message: ArrayBuffer): void {
    if (!this.socket || !this.opened || this.closed || this.isFailing) return;
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) this.failSoon(unreadError(this.place));
    else this.socket.send(message);
  }

  /** Sends a last message and closes. */
  close(lastMessage: ArrayBuffer): void {
    this.send(lastMessage);
    this.finish(null);
  }

  /** Closes at once because of `error`. */
  fail(error: StreamerError): void {
    this.finish(error);
  }

  private open(openSocket: OpenSocket): WebSocket | null {
    try {
      const socket = openSocket(this.url);
      socket.binaryType = 'arraybuffer';
      socket.addEventListener('open', () => this.onOpen());
      socket.addEventListener('message', ({ data }) => this.onData(data));
      socket.addEventListener('close', ({ code }) => this.fail(this.closeError(code)));
      // The close that follows says all there is to say, but unheard an error would end a program in Node.
      socket.addEventListener('error', () => undefined);
      return socket;
    } catch (cause) {
      // A page that came by https may open no ws.
      const message = `The browser does not allow a connection to ${this.place}.`;
      this.failSoon(new StreamerError('CONNECT_FAILED', message, { cause }));
      return null;
    }
  }

  /** For whoever does not look for the end meanwhile. */
  private failSoon(error: StreamerError): void {
    this.isFailing = true;
    this.cancelTimer();
    this.cancelTimer = this.clock.schedule(0, () => this.fail(error));
  }

  private onOpen(): void {
    if (this.closed) return;
    this.opened = true;
    this.cancelTimer();
    this.lastHeardUs = this.clock.nowUs();
    this.watchSilence();
    this.listener.onOpen();
  }

  private onData(data: unknown): void {
    if (this.closed) return;
    const receivedTimeUs = this.clock.nowUs();
    this.lastHeardUs = receivedTimeUs;
    try {
      if (!(data instanceof ArrayBuffer)) throw new StreamerError('BAD_MESSAGE', 'The server sent text; is it ours?');
      const message = decodeMessage(data);
      if (message) this.listener.onMessage(message, receivedTimeUs);
    } catch (error) {
      this.fail(toStreamerError(error));
    }
  }

  /**
   * Timers of hidden pages come once a minute, and those of a page that was frozen come before what the server sent
   * meanwhile. So one late check proves nothing, but two with nothing between them do.
   */
  private watchSilence(): void {
    const checkedUs = this.clock.nowUs();
    this.cancelTimer = this.clock.schedule(SILENCE_CHECK_US, () => {
      const nowUs = this.clock.nowUs();
      const isLate = nowUs - checkedUs > LATE_CHECK_US;
      const excused = isLate && !(this.wasLate && this.lastHeardUs < checkedUs);
      this.wasLate = isLate;
      if (nowUs - this.lastHeardUs < SILENCE_TIMEOUT_US || excused) this.watchSilence();
      else this.fail(new StreamerError('CONNECTION_LOST', 'The server said nothing for 10 seconds.'));
    });
  }

  private finish(error: StreamerError | null): void {
    if (this.closed) return;
    this.closed = true;
    this.cancelTimer();
    // Without effect on one that is closed; one that is still connecting is given up.
    this.socket?.close(NORMAL_CLOSURE);
    this.listener.onClose(error);
  }

  private timeoutError(): StreamerError {
    return new StreamerError('CONNECT_TIMEOUT', `${this.place} did not answer within 5 seconds; is the address right?`);
  }

  /** Browsers do not tell pages why a WebSocket cannot be opened. */
  private closeError(code: number): StreamerError {
    if (this.opened) {
      return new StreamerError('CONNECTION_LOST', `The connection to ${this.place} broke (WebSocket code ${code}).`);
    }
    const hint = 'is the server running there, and does it let this page in (--cors-origin)?';
    return new StreamerError('CONNECT_FAILED', `Cannot connect to ${this.place}: ${hint}`);
  }

  /** Without the query, in which there may be a token. */
  private get place(): string {
    const { origin, pathname } = new URL(this.url);
    return origin + pathname;
  }
}
