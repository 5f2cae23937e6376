import http from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { CancelTimer, Clock } from '../clock.js';
import type { StreamerError } from '../errors.js';
import { connectionError, failure } from './http-errors.js';

/** What is sent, and over which connection. */
export interface HttpRequestOptions {
  /** Its credentials are not sent. */
  readonly url: URL;
  /** Value of the `Authorization` header, if there is to be one. */
  readonly authorization: string | null;
  readonly agent: http.Agent;
  /** Resolves the host; as all programs do by default. */
  readonly lookup?: LookupFunction | undefined;
  /** Sent beside, or instead of, the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What comes of a request: a socket before anything else, then exactly one of the others, unless it is cancelled. */
export interface HttpRequestListener {
  onSocket(socket: Socket): void;
  /** The head of an answer; the body begins to flow when somebody reads it. */
  onAnswer(answer: IncomingMessage): void;
  onError(error: StreamerError): void;
}

/** For resolving, connecting and the TLS handshake; then for the answer up to the end of its headers. */
const CONNECT_TIMEOUT_US = 5_000_000;
const HEADERS_TIMEOUT_US = 10_000_000;

/** One GET with limits of time, up to the answer's headers. Everything is told later than the constructor returns. */
export class HttpRequest {
  private readonly isSecure: boolean;
  private request: ClientRequest | null = null;
  private cancelTimer: CancelTimer | null = null;
  private isSettled = false;

  constructor(
    private readonly options: HttpRequestOptions,
    private readonly clock: Clock,
    private readonly listener: HttpRequestListener,
  ) {
    this.isSecure = options.url.protocol === 'https:';
    this.limit(CONNECT_TIMEOUT_US, 'no connection within 5 s; check that the camera is on and reachable.');
    try {
      this.send();
    } catch (thrown) {
      // A challenge with characters that no header may hold leads to a header that cannot be sent.
      queueMicrotask(() => this.fail(connectionError(thrown as Error, options.url)));
    }
  }

  /** Gives it up, and the connection unless the answer was read to its end. Nothing is told any more. Idempotent. */
  cancel(): void {
    this.settle();
    this.request?.destroy();
  }

  private send(): void {
    const request = (this.isSecure ? https : http).request(withoutCredentials(this.options.url), {
      agent: this.options.agent,
      lookup: this.options.lookup,
      headers: this.headers(),
      // Cameras end lines with LF and state lengths twice; nothing behind us could be tricked by that.
      insecureHTTPParser: true,
    });
    this.request = request;
    request.once('socket', (socket) => this.useSocket(socket, request.reusedSocket));
    request.once('response', (answer) => this.settle(() => this.listener.onAnswer(answer)));
    request.on('error', (error) => {
      // The camera may close a connection that was kept open just when the next request is on its way.
      if (request.reusedSocket && !this.isSettled) this.send();
      else this.fail(connectionError(error, this.options.url));
    });
    request.once('close', () => {
      if (this.request === request) this.fail(connectionError(null, this.options.url));
    });
    request.end();
  }

  private headers(): Record<string, string> {
    const { authorization } = this.options;
    return {
      'User-Agent': 'frame-streamer',
      Accept: '*/*',
      'Accept-Encoding': 'identity',
      ...(authorization !== null && { Authorization: authorization }),
      ...this.options.headers,
    };
  }

  private useSocket(socket: Socket, isOpen: boolean): void {
    this.listener.onSocket(socket);
    if (this.isSettled) return;
    const onOpen = () => {
      if (!this.isSettled) this.limit(HEADERS_TIMEOUT_US, 'connected, but no answer within 10 s.');
    };
    if (isOpen) onOpen();
    else socket.once(this.isSecure ? 'secureConnect' : 'connect', onOpen);
  }

  private limit(us: number, message: string): void {
    this.cancelTimer?.();
    this.cancelTimer = this.clock.schedule(us, () => this.fail(failure('SOURCE_TIMEOUT', this.options.url, message)));
  }

  private fail(error: StreamerError): void {
    this.settle(() => {
      this.request?.destroy();
      this.listener.onError(error);
    });
  }

  private settle(tell?: () => void): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.cancelTimer?.();
    this.cancelTimer = null;
    tell?.();
  }
}

/** Node would send the credentials of a URL by itself, and before they are asked for. */
function withoutCredentials(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}
