import type { Server, ServerOpts, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { TlsIdentity } from '../tls-identity.js';

/** What a door needs. */
export interface TlsDoorParts {
  readonly identity: TlsIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What a client that speaks no TLS is told, in its own language, so that it knows why it is turned away. */
  readonly plainAnswer: Buffer;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Connections in handshake; one more pushes out the oldest, so that silence cannot lock others out. */
const MAX_HANDSHAKES = 256;
/** How long a client that is turned away may take to read why. */
const LINGER_US = 1_000_000;

/**
 * A TLS server that hands a socket out once it is secure. What goes wrong before that is nobody else's business: it is
 * logged at most once a second, bounded in time and number, and ends the one connection.
 */
export class TlsDoor {
  readonly server: Server;
  /** Connections that are not secure yet, by their peer's address and port. */
  private readonly handshakes = new Map<string, Socket>();
  private readonly failures: RepeatLimiter;
  private readonly stopReloading: () => void;

  constructor(
    options: ServerOpts,
    private readonly parts: TlsDoorParts,
    onSocket: (socket: Socket) => void,
  ) {
    const { identity, clock } = parts;
    this.failures = new RepeatLimiter(clock);
    const server = createServer({ ...options, ...identity.credentials, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
    this.stopReloading = identity.onReload((credentials) => server.setSecureContext(credentials));
    server.on('connection', (socket: Socket) => this.onConnection(socket));
    server.on('tlsClientError', (error, socket) => this.onFailure(error, socket));
    server.on('secureConnection', (socket) => {
      this.handshakes.delete(peerOf(socket));
      onSocket(socket);
    });
    this.server = server;
  }

  /** Ends the connections that never got through, which nobody else knows, and takes no new certificates. */
  close(): void {
    this.stopReloading();
    for (const socket of this.handshakes.values()) socket.destroy();
  }

  private onConnection(socket: Socket): void {
    const peer = peerOf(socket);
    // TLS takes the socket over, yet its end is still told here, whatever became of the handshake.
    socket.on('close', () => this.handshakes.delete(peer));
    this.handshakes.set(peer, socket);
    if (this.handshakes.size <= MAX_HANDSHAKES) return;
    const [oldest] = this.handshakes.values();
    oldest?.destroy();
  }

  private onFailure(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const peer = peerOf(socket);
    const { code } = error;
    this.failures.run('handshake', (suppressed) =>
      this.parts.logger.warn({ peer, code, reason: describe(error), suppressed }, 'TLS handshake failed'),
    );
    const below = this.handshakes.get(peer);
    if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' && below?.writable) this.answerInPlain(below);
    else socket.destroy();
  }

  /** OpenSSL sends nothing to a client that speaks no TLS, so the socket below is still free for an answer. */
  private answerInPlain(socket: Socket): void {
    socket.end(this.parts.plainAnswer);
    socket.once(
      'close',
      this.parts.clock.schedule(LINGER_US, () => socket.destroy()),
    );
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'the client speaks no TLS',
  ERR_SSL_HTTP_REQUEST: 'the client speaks HTTP',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'it took too long',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the client speaks no TLS of version 1.2 or later',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the client does not trust the certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the client does not trust the certificate',
  ECONNRESET: 'the client went away',
};

function describe({ code = '', message }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? message.trim();
}
