import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { toStreamerError } from '../errors.js';
import type { StreamerError } from '../errors.js';
import { failure, shownUrl, statusError } from './http-errors.js';
import type { HttpAuth } from '../auth/http-auth.js';
import { HttpRequest } from './http-request.js';

/** What comes of `get`, once, unless it is cancelled. */
export interface AnswerListener {
  /** An answer whose status is a success. */
  onAnswer(answer: IncomingMessage): void;
  onError(error: StreamerError): void;
}

/** Says which hosts may be connected to. */
export interface HostGate {
  /** Rejects with a StreamerError where `host`, a name or an address with or without brackets, may not be. */
  checkHost(host: string): Promise<void>;
  /** Resolves names to addresses that may be connected to. */
  readonly lookup: LookupFunction;
}

const MAX_REDIRECTS = 5;
/** The first may answer an old nonce, the second a new one that is stale when it comes; one more is a loop. */
const MAX_REFUSALS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const KEEP_ONE = { keepAlive: true, maxFreeSockets: 1 };

/**
 * Asks one camera for its pictures: follows redirects, shows credentials, and keeps the connection for the next request
 * where the camera allows. Never more than one request at a time.
 */
export class HttpClient {
  private readonly plainAgent = new http.Agent(KEEP_ONE);
  private readonly secureAgent = new https.Agent(KEEP_ONE);
  private readonly sockets = new Set<Socket>();
  private request: HttpRequest | null = null;
  /** Counts what was given up, so that a host that is still being checked then is not connected to. */
  private turn = 0;

  /**
   * @param auth answers for the origin of `url` and is shown to no other; null where there are no credentials
   * @param gate asked before each request, that of a redirect too; null lets all through
   * @param headers sent to the origin of `url` and to no other, since they may hold a token
   */
  constructor(
    private readonly url: URL,
    private readonly auth: HttpAuth | null,
    private readonly clock: Clock,
    private readonly gate: HostGate | null = null,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Sends a GET; one that is under way is given up. */
  get(listener: AnswerListener): void {
    this.cancel();
    this.send({ url: this.url, redirects: 0, refusals: 0, listener });
  }

  /** Gives up the request that is under way, and its connection unless the answer was read to its end. */
  cancel(): void {
    this.turn += 1;
    this.request?.cancel();
    this.request = null;
  }

  /** Closes everything at once; resolves when no socket is left. Idempotent. */
  async close(): Promise<void> {
    this.cancel();
    this.plainAgent.destroy();
    this.secureAgent.destroy();
    await Promise.all([...this.sockets].map((socket) => closed(socket.destroy())));
  }

  private send(step: Step): void {
    if (!this.gate) return this.sendNow(step);
    const { turn } = this;
    const mayGo = () => turn === this.turn;
    // Of an address there is nothing to look up, so it has to be asked here.
    this.gate.checkHost(step.url.hostname).then(
      () => mayGo() && this.sendNow(step),
      (error: unknown) => mayGo() && step.listener.onError(toStreamerError(error)),
    );
  }

  private sendNow(step: Step): void {
    const { url, listener } = step;
    const agent = url.protocol === 'https:' ? this.secureAgent : this.plainAgent;
    const authorization = this.authFor(url)?.header('GET', `${url.pathname}${url.search}`) ?? null;
    const options = { url, authorization, agent, lookup: this.gate?.lookup, headers: this.headersFor(url) };
    this.request = new HttpRequest(options, this.clock, {
      onSocket: (socket) => this.watch(socket),
      onAnswer: (answer) => this.take(answer, step),
      onError: (error) => listener.onError(error),
    });
  }

  private take(answer: IncomingMessage, step: Step): void {
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return step.listener.onAnswer(answer);
    // The body of such an answer is of no use, and could be without end.
    this.cancel();
    if (REDIRECTS.has(status)) return this.redirect(answer.headers.location, step);
    if (status === 401 && this.mayTryAgain(answer, step)) return this.send({ ...step, refusals: step.refusals + 1 });
    step.listener.onError(statusError(status, step.url, this.authFor(step.url) !== null));
  }

  private redirect(location: string | undefined, step: Step): void {
    const refuse = (message: string) => step.listener.onError(failure('SOURCE_BAD_ANSWER', step.url, message));
    const url =
      location !== undefined && URL.canParse(location, step.url.href) ? new URL(location, step.url.href) : null;
    if (url === null) return refuse('it redirects, but does not say where to.');
    if (step.redirects === MAX_REDIRECTS) return refuse(`it redirects more than ${MAX_REDIRECTS} times.`);
    if (!/^https?:$/.test(url.protocol)) return refuse(`it redirects to ${shownUrl(url)}, which is not HTTP.`);
    if (this.holdsSecrets && step.url.protocol === 'https:' && url.protocol === 'http:') {
      return refuse('it redirects from https to http, which is not followed where there are credentials.');
    }
    this.send({ ...step, url, redirects: step.redirects + 1 });
  }

  private mayTryAgain(answer: IncomingMessage, { url, refusals }: Step): boolean {
    const challenges = answer.headersDistinct['www-authenticate'] ?? [];
    return refusals < MAX_REFUSALS && (this.authFor(url)?.challenged(challenges, refusals > 0) ?? false);
  }

  private authFor(url: URL): HttpAuth | null {
    return url.origin === this.url.origin ? this.auth : null;
  }

  private headersFor(url: URL): Readonly<Record<string, string>> {
    return url.origin === this.url.origin ? this.headers : {};
  }

  private get holdsSecrets(): boolean {
    return this.auth !== null || Object.keys(this.headers).length > 0;
  }

  private watch(socket: Socket): void {
    if (this.sockets.has(socket)) return;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }
}

/** Where one `get` has come to. */
interface Step {
  readonly url: URL;
  readonly redirects: number;
  readonly refusals: number;
  readonly listener: AnswerListener;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}
