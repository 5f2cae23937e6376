import { connect, createServer, isIP } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectionError, failure } from './http-errors.js';

/** The other end of a relay, as the guard found it. */
export interface RelayTarget {
  /** For messages. */
  readonly url: URL;
  /** An address that was checked. */
  readonly address: string;
  readonly port: number;
  /** The name to ask for by TLS, which then carries the connection; null connects without TLS. */
  readonly tlsName: string | null;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** How long FFmpeg may take to start and come. */
const CLIENT_TIMEOUT_MS = 15_000;
/** A line of an answer that is longer is cut off by FFmpeg, too. */
const MAX_HELD_BYTES = 8192;
/**
 * The begin of an answer, wherever it stands, since FFmpeg finds it behind interleaved packets, too; in the group, if it
 * has one, the status that sends the client elsewhere. It takes in all up to the next space whatever follows, so that the
 * search through hostile text is linear.
 */
const ANSWER = /RTSP\/\S*(\s+[+-]?0*3\d\d)?/g;
/** What may become such an answer, at the end of the last line so far. FFmpeg does not see any CR. */
const UNFINISHED = /R\r*(?:T\r*(?:S\r*(?:P\r*(?:\/[^\n]*)?)?)?)?$/;
const PLAY = /(?:^|\n)PLAY rtsp:/;
/** As the proxy for HTTP answers, so that FFmpeg's log tells the same. */
const REFUSAL = '470 Source Forbidden';

/**
 * One connection of FFmpeg to an RTSP server that it cannot be trusted with: FFmpeg follows redirects without asking, so
 * it talks to this relay, which has connected to the address that the guard saw, and refuses a redirect in FFmpeg's place.
 * From the PLAY on FFmpeg follows none, and everything just passes.
 */
export class RtspRelay {
  private readonly server: Server;
  private client: Socket | null = null;
  private held = '';
  private cseq = '0';
  private isPlaying = false;

  private constructor(private readonly camera: Socket) {
    this.server = createServer({ noDelay: true }, (client) => this.onClient(client));
    this.server.unref();
    camera.on('error', () => undefined);
    camera.on('close', () => this.close());
    const limit = setTimeout(() => {
      if (!this.client) this.close();
    }, CLIENT_TIMEOUT_MS).unref();
    camera.once('close', () => clearTimeout(limit));
  }

  /**
   * Connects to the server, and listens for FFmpeg.
   *
   * @throws {StreamerError} SOURCE_UNREACHABLE or SOURCE_TIMEOUT
   */
  static async open(target: RelayTarget): Promise<RtspRelay> {
    const relay = new RtspRelay(await connectTo(target));
    await new Promise<void>((resolve, reject) => {
      // It stays: a connection that cannot be accepted, for want of descriptors, must not end the process.
      relay.server.on('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return relay;
  }

  /** Where FFmpeg is to connect, once. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends both connections. Idempotent. */
  close(): void {
    this.server.close();
    // What was said last, such as a goodbye, still goes out.
    this.camera.destroySoon();
    this.client?.destroySoon();
  }

  private onClient(client: Socket): void {
    if (this.client || this.camera.destroyed) return void client.destroy();
    this.client = client;
    this.server.close();
    client.on('error', () => undefined);
    client.on('close', () => this.close());
    client.on('data', (chunk) => this.onRequest(chunk));
    client.on('drain', () => this.camera.resume());
    this.camera.on('drain', () => client.resume());
    this.camera.on('data', (chunk) => this.onAnswer(chunk, client));
  }

  private onRequest(chunk: Buffer): void {
    if (!this.isPlaying) {
      const text = chunk.toString('latin1');
      this.cseq = /CSeq: (\d+)/.exec(text)?.[1] ?? this.cseq;
      this.isPlaying = PLAY.test(text);
    }
    if (!this.camera.write(chunk)) this.client?.pause();
  }

  private onAnswer(chunk: Buffer, client: Socket): void {
    const passing = this.isPlaying && this.held === '' ? chunk : this.filter(chunk);
    if (passing === null) {
      client.end(`RTSP/1.0 ${REFUSAL}\r\nCSeq: ${this.cseq}\r\n\r\n`);
      this.camera.destroy();
    } else if (!client.write(passing)) this.camera.pause();
  }

  /** What may pass of all that came; null when there is a redirect among it, or something that is no answer. */
  private filter(chunk: Buffer): Buffer | null {
    const text = this.held + chunk.toString('latin1');
    if (!this.isPlaying && hasRedirect(text.replaceAll('\r', ''))) return null;
    const passing = this.isPlaying ? text.length : lengthOfFinished(text);
    this.held = text.slice(passing);
    return this.held.length > MAX_HELD_BYTES ? null : Buffer.from(text.slice(0, passing), 'latin1');
  }
}

function hasRedirect(text: string): boolean {
  for (const [, status] of text.matchAll(ANSWER)) if (status !== undefined) return true;
  return false;
}

/** How much of `text` cannot become a redirect, whatever follows. */
function lengthOfFinished(text: string): number {
  const lastLine = text.lastIndexOf('\n') + 1;
  const unfinished = UNFINISHED.exec(text.slice(lastLine));
  return unfinished ? lastLine + unfinished.index : text.length;
}

function connectTo({ url, address: host, port, tlsName }: RelayTarget): Promise<Socket> {
  // As with FFmpeg, certificates of cameras are not checked: nearly all are their own.
  const servername = tlsName === null || isIP(tlsName) !== 0 ? '' : tlsName;
  const socket =
    tlsName === null ? connect({ host, port }) : connectTls({ host, port, servername, rejectUnauthorized: false });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => socket.destroy(new Error('late')), CONNECT_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(limit));
    const onError = (error: Error) => {
      const isLate = error.message === 'late';
      reject(isLate ? failure('SOURCE_TIMEOUT', url, LATE, error) : connectionError(error, url));
    };
    socket.once('error', onError);
    socket.once(tlsName === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(limit);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

const LATE = 'no connection within 5 s; check that the camera is on and reachable.';
