import { connect, createServer, isIP } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectionError, failure } from '../../shared/http/http-errors.js';
import { RtspAnswers } from './rtsp-answers.js';

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
  private readonly answers = new RtspAnswers();
  /** The begin of the line that FFmpeg is sending. */
  private line = '';
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
      const text = this.line + chunk.toString('latin1');
      this.line = text.slice(text.lastIndexOf('\n') + 1);
      this.cseq = /CSeq: (\d+)/.exec(text)?.[1] ?? this.cseq;
      this.isPlaying = PLAY.test(text);
    }
    if (!this.camera.write(chunk)) this.client?.pause();
  }

  private onAnswer(chunk: Buffer, client: Socket): void {
    const passing = this.isPlaying ? Buffer.concat([this.answers.release(), chunk]) : this.answers.pass(chunk);
    if (passing === null) {
      client.end(`RTSP/1.0 ${REFUSAL}\r\nCSeq: ${this.cseq}\r\n\r\n`);
      this.camera.destroy();
    } else if (!client.write(passing)) this.camera.pause();
  }
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
