import type { Socket } from 'node:net';
import { HttpAuth } from '../auth/http-auth.js';
import type { CancelTimer, Clock } from '../clock.js';
import type { StreamerError } from '../errors.js';
import type { RtspErrors } from './rtsp-errors.js';
import type { RtspListener, RtspRequest, RtspResponse } from './rtsp-messages.js';
import { RtspParser } from './rtsp-messages.js';
import { openRtspSocket } from './rtsp-socket.js';
import type { RtspTarget } from './rtsp-target.js';

/** How a server is talked to. */
export interface RtspConnectionOptions {
  readonly target: RtspTarget;
  readonly tlsCheck: boolean;
  readonly userAgent: string;
  /** What ends it, in the words of its use. */
  readonly errors: RtspErrors;
}

/** A request of ours: everything but its number, and who asks. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** ASCII. */
  readonly body?: string;
}

/** For the name, the connection and TLS; then for each answer. */
const CONNECT_TIMEOUT_US = 10_000_000;
const ANSWER_TIMEOUT_US = 10_000_000;
/** A server that asks more than it reads answers to is not served. */
const MAX_UNREAD_BYTES = 1_048_576;
/** The first without credentials, or with a nonce that is too old; each wrong one is a step to being locked out. */
const MAX_TRIES = 3;
const UNDERSTOOD = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER'];

/** A request that was sent, and who waits for its answer. */
interface Exchange {
  readonly cseq: number;
  readonly resolve: (response: RtspResponse) => void;
  readonly reject: (error: StreamerError) => void;
}

/**
 * One connection to an RTSP server: requests one after another, each with a limit of time and, where the server wants
 * them, credentials. Ends by itself with the first thing that goes wrong.
 */
export class RtspConnection {
  readonly socket: Socket;
  private readonly parser: RtspParser;
  private readonly auth: HttpAuth | null;
  private readonly opened: Promise<void>;
  private cseq = 0;
  private exchange: Exchange | null = null;
  /** Resolves, whatever comes of it, when the request before is answered. */
  private previous: Promise<unknown> = Promise.resolve();
  private cancelTimer: CancelTimer | null = null;
  private error: StreamerError | null = null;
  private failOpening: (error: StreamerError) => void = () => undefined;
  private isStreaming = false;

  /**
   * @param onEnd called once, with what ended it, except by `close`
   * @param onPacket packets between the answers, as `RtspListener` has it; by default they are skipped
   */
  constructor(
    private readonly options: RtspConnectionOptions,
    private readonly clock: Clock,
    private readonly onEnd: (error: StreamerError) => void,
    onPacket?: RtspListener['onPacket'],
  ) {
    const { target, tlsCheck, errors } = options;
    this.auth = target.credentials && new HttpAuth(target.credentials);
    this.parser = new RtspParser({
      onResponse: (response) => this.onResponse(response),
      onRequest: (request) => this.onRequest(request),
      ...(onPacket && { onPacket }),
    });
    this.limit(CONNECT_TIMEOUT_US, 'no connection within 10 s; check that the RTSP server is reachable.');
    let open = (): void => undefined;
    this.opened = new Promise((resolve, reject) => {
      open = resolve;
      this.failOpening = reject;
    });
    // Whoever waits for the first answer is told.
    this.opened.catch(() => undefined);
    this.socket = openRtspSocket(target, tlsCheck, () => {
      this.stopTimer();
      open();
    });
    this.socket.on('data', (chunk) => this.onData(chunk));
    this.socket.on('error', (error) => this.fail(errors.ofConnection(error, this.isStreaming)));
    this.socket.on('close', () => this.fail(errors.ofConnection(null, this.isStreaming)));
  }

  /** From now on the end of the connection is the end of the stream. */
  setStreaming(): void {
    this.isStreaming = true;
  }

  /**
   * Sends a request when those before it are answered, and once more with credentials where the server asks for them.
   * Resolves with the answer, whatever its status.
   *
   * @throws {StreamerError} what ended the connection before the answer came.
   */
  request(request: OutgoingRequest): Promise<RtspResponse> {
    const answered = this.previous.then(() => this.converse(request));
    this.previous = answered.catch(() => undefined);
    return answered;
  }

  /** Ends the connection at once; `onEnd` is not called. Idempotent. */
  close(): void {
    this.end(this.options.errors.ofConnection(null, this.isStreaming));
  }

  private async converse(request: OutgoingRequest): Promise<RtspResponse> {
    await this.opened;
    for (let tries = 1; ; tries += 1) {
      const response = await this.send(request);
      const challenges = response.headers.get('www-authenticate') ?? [];
      const mayRetry = response.status === 401 && tries < MAX_TRIES && this.auth?.challenged(challenges, tries > 1);
      if (mayRetry !== true) return response;
    }
  }

  private send({ method, url, headers = {}, body = '' }: OutgoingRequest): Promise<RtspResponse> {
    if (this.error) return Promise.reject(this.error);
    this.cseq += 1;
    const cseq = this.cseq;
    const authorization = this.auth?.header(method, url) ?? null;
    const lines = [
      `${method} ${url} RTSP/1.0`,
      `CSeq: ${cseq}`,
      `User-Agent: ${this.options.userAgent}`,
      ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    ];
    this.limit(ANSWER_TIMEOUT_US, `no answer to ${method} within 10 s.`);
    return new Promise((resolve, reject) => {
      this.exchange = { cseq, resolve, reject };
      // What a challenge holds goes back as the bytes that came.
      this.socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
    });
  }

  private onData(chunk: Buffer): void {
    if (this.error) return;
    try {
      this.parser.push(chunk);
    } catch (thrown) {
      this.violate((thrown as Error).message, thrown);
    }
  }

  private onResponse(response: RtspResponse): void {
    // A provisional answer says that the real one is still to come.
    if (this.error || response.status < 200) return;
    const { exchange } = this;
    const cseq = response.headers.get('cseq')?.[0];
    if (!exchange || (cseq !== undefined && Number(cseq) !== exchange.cseq)) {
      return this.violate('an answer that nobody asked for');
    }
    this.exchange = null;
    this.stopTimer();
    exchange.resolve(response);
  }

  private onRequest({ method, headers }: RtspRequest): void {
    if (this.error) return;
    if (this.socket.writableLength > MAX_UNREAD_BYTES) return this.violate('requests whose answers it does not read');
    const status = UNDERSTOOD.includes(method) ? '200 OK' : '501 Not Implemented';
    const cseq = /^\d{1,10}$/.exec(headers.get('cseq')?.[0] ?? '')?.[0];
    this.socket.write(`RTSP/1.0 ${status}\r\n${cseq === undefined ? '' : `CSeq: ${cseq}\r\n`}\r\n`);
  }

  private violate(what: string, cause?: unknown): void {
    const sentence = `it sends ${what}; check that an RTSP server is at that port.`;
    this.fail(this.options.errors.ofViolation(sentence, this.isStreaming, cause));
  }

  private limit(us: number, what: string): void {
    this.stopTimer();
    this.cancelTimer = this.clock.schedule(us, () => this.fail(this.options.errors.ofTimeout(what, this.isStreaming)));
  }

  private stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  /** Ends the connection because of `error`. */
  fail(error: StreamerError): void {
    if (!this.end(error)) return;
    this.onEnd(error);
  }

  /** Returns whether it had not ended before. */
  private end(error: StreamerError): boolean {
    if (this.error) return false;
    this.error = error;
    this.stopTimer();
    this.socket.destroy();
    this.failOpening(error);
    this.exchange?.reject(error);
    this.exchange = null;
    return true;
  }
}
