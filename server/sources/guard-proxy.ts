import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { AddressInfo, LookupFunction, Socket } from 'node:net';
import { toStreamerError } from '../../shared/errors.js';
import type { StreamerError } from '../../shared/errors.js';
import { passOn, withoutHopByHop } from './guarded-answer.js';
import { unmarked } from './https-marker.js';
import type { SourceGuard } from './source-guard.js';

const MAX_CONNECTIONS = 512;
/** For connecting; then for silence, which FFmpeg itself does not bear for longer. */
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;
const CREDENTIAL_BYTES = 24;
/** No code of the standard, so that it cannot be taken for an answer of the source's own. */
const FORBIDDEN = [470, 'Source Forbidden'] as const;
const UNREACHABLE = [502, 'Bad Gateway'] as const;

/**
 * A forward proxy on the loopback interface for FFmpeg alone. FFmpeg follows redirects, and playlists that name segments
 * and keys anywhere; through this proxy each target is asked of the guard first, and connected to at the address that
 * the guard saw. Who does not know its random credentials, which only FFmpeg's environment holds, gets nothing.
 */
export class GuardProxy {
  private readonly server: http.Server;
  private readonly sockets = new Set<Socket>();
  private readonly credentials = `guard:${randomBytes(CREDENTIAL_BYTES).toString('hex')}`;
  private readonly expected = digest(`Basic ${Buffer.from(this.credentials).toString('base64')}`);

  private constructor(private readonly guard: SourceGuard) {
    this.server = http.createServer({ keepAliveTimeout: IDLE_TIMEOUT_MS }, (request, response) =>
      this.onRequest(request, response),
    );
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.on('connection', (socket) => this.keep(socket));
    this.server.on('clientError', (_, socket) => void socket.destroy());
  }

  /** Starts one on a free port. It keeps no process alive. */
  static async start(guard: SourceGuard): Promise<GuardProxy> {
    const proxy = new GuardProxy(guard);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    proxy.server.removeAllListeners('error').on('error', () => undefined);
    proxy.server.unref();
    return proxy;
  }

  /** Its address with the credentials, as FFmpeg takes it from the variable `http_proxy`. */
  get url(): string {
    return `http://${this.credentials}@127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends every connection; resolves when it listens no more. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (!this.isOurs(request)) {
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="guard"', Connection: 'close' }).end();
      return;
    }
    const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : null;
    const isSimple = request.method === 'GET' || request.method === 'HEAD';
    if (url?.protocol !== 'http:' || !isSimple) return void response.writeHead(400, { Connection: 'close' }).end();
    void this.forward(url, request, response);
  }

  private async forward(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (error: unknown) => {
      if (response.headersSent) return void response.destroy();
      response.writeHead(...answerTo(toStreamerError(error)), { Connection: 'close' }).end();
    };
    try {
      const target = unmarked(url);
      const isSecure = target.protocol === 'https:';
      const lookup = at(await this.guard.addressesOf(target.hostname));
      const { method = 'GET' } = request;
      const headers = withoutHopByHop(request.rawHeaders);
      if (isSecure) replaceHost(headers, target.host);
      // No agent: what is kept open is the connection to FFmpeg, and its next request may go elsewhere.
      const options = { method, headers, lookup, agent: false, insecureHTTPParser: true };
      const onward = (isSecure ? https : http).request(target, options, (answer) =>
        passOn({ answer, onward, target }, response),
      );
      onward.once('socket', (socket) => limitConnecting(this.keep(socket)));
      onward.on('error', refuse);
      // An answer that is none of HTTP, such as another protocol, ends without an error.
      onward.on('close', () => {
        if (!response.headersSent) refuse(new Error('it gave no answer of HTTP'));
      });
      response.on('close', () => onward.destroy());
      onward.end();
    } catch (error) {
      refuse(error);
    }
  }

  private isOurs({ headers }: IncomingMessage): boolean {
    return timingSafeEqual(digest(headers['proxy-authorization'] ?? ''), this.expected);
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    return socket.once('close', () => this.sockets.delete(socket)).unref();
  }
}

/** Resolves every name to addresses that were checked. */
function at(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_, options, callback) => {
    if (options.all === true) callback(null, all);
    else callback(null, all[0]?.address ?? '', all[0]?.family ?? 0);
  };
}

/** A socket that does not connect in time, or then falls silent, is given up. */
function limitConnecting(socket: Socket): void {
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('it did not answer in time')));
  socket.once('connect', () => socket.setTimeout(IDLE_TIMEOUT_MS));
}

/** @param headers names and values in turn */
function replaceHost(headers: string[], host: string): void {
  for (const [index, name] of headers.entries()) {
    if (index % 2 === 0 && name.toLowerCase() === 'host') headers[index + 1] = host;
  }
}

function answerTo({ code }: StreamerError): readonly [number, string] {
  return code === 'SOURCE_FORBIDDEN' ? FORBIDDEN : UNREACHABLE;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
