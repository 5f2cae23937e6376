import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';

/** One part, with what its headers say. */
export interface ViewedPart {
  readonly headers: ReadonlyMap<string, string>;
  readonly sequence: number;
  readonly timestamp: string;
  readonly body: Buffer;
}

/** What a viewer asks for, and how it reads. */
export interface ViewerOptions {
  readonly path?: string;
  /** Lines of the request besides Host. */
  readonly headers?: readonly string[];
  readonly method?: string;
  /** Bytes it may read until `allow` is called; without a bound by default. */
  readonly allowanceBytes?: number;
  /** Bytes that one read takes from the kernel at most; 16 KiB by default. */
  readonly readBytes?: number;
  readonly isTls?: boolean;
  /** Told of every part as it comes; `parts` stays empty then. */
  readonly onPart?: (part: ViewedPart) => void;
}

/** A connection that asks for one path and reads the answer, no faster than it is allowed to. */
export class MjpegViewer {
  readonly parts: ViewedPart[] = [];
  private readonly chunks: Buffer[] = [];
  head: string | null = null;
  readonly socket: Socket;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  private isClosed = false;
  private received = Buffer.alloc(0);
  private allowanceBytes: number;
  private readonly waiters = new Set<() => void>();
  private readonly parser: MultipartParser;

  private constructor(
    port: number,
    private readonly options: ViewerOptions,
  ) {
    const { allowanceBytes = Infinity, readBytes = 16_384, isTls = false } = options;
    this.allowanceBytes = allowanceBytes;
    this.parser = new MultipartParser({
      boundary: 'frame',
      maxPartBytes: 64 * 1024 * 1024,
      onPartStart: () => undefined,
      onPart: ({ headers, body }) => this.onPart(headers, body),
    });
    const onread = { buffer: Buffer.alloc(readBytes), callback: this.onRead };
    const where = { host: '127.0.0.1', port };
    this.socket = isTls
      ? connectTls({ ...where, rejectUnauthorized: false }).on('data', (chunk) => this.take(chunk))
      : createConnection({ ...where, noDelay: true, onread });
    // Being cut off is what some of these are for; `closed` tells.
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isClosed = true;
        this.wake();
        resolve();
      });
    });
  }

  /** Connects and asks; resolves when the request is written. */
  static async ask(port: number, options: ViewerOptions = {}): Promise<MjpegViewer> {
    const viewer = new MjpegViewer(port, options);
    await once(viewer.socket, options.isTls ? 'secureConnect' : 'connect');
    const { method = 'GET', path = '/streams/cam.mjpg', headers = [] } = options;
    const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''];
    viewer.socket.write(lines.join('\r\n'), 'latin1');
    return viewer;
  }

  /** As `ask`; resolves when the header of the answer has come. */
  static async open(port: number, options: ViewerOptions = {}): Promise<MjpegViewer> {
    const viewer = await MjpegViewer.ask(port, options);
    await viewer.until(() => viewer.head !== null);
    return viewer;
  }

  /** All bytes behind the header of the answer, while `parts` are kept. */
  get body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get sequences(): number[] {
    return this.parts.map(({ sequence }) => sequence);
  }

  /** May read so many bytes more. What it read too many, as much as one read takes, is taken off. */
  allow(bytes: number): void {
    this.allowanceBytes += bytes;
    if (this.allowanceBytes > 0) this.socket.resume();
  }

  /** Resolves when all that was allowed has been read; rejects when the connection closes before. */
  spent(): Promise<void> {
    return this.until(() => this.allowanceBytes <= 0);
  }

  /** Resolves when `count` parts have come. */
  seen(count: number): Promise<void> {
    return this.until(() => this.parts.length >= count);
  }

  /** Resolves once `holds`, asked again after every read; rejects when the connection closes before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.isClosed) throw new Error(`closed before that, after: ${this.head ?? 'nothing'}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  async destroy(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  private readonly onRead = (readBytes: number, buffer: Uint8Array): boolean => {
    this.allowanceBytes -= readBytes;
    this.take(Buffer.from(buffer.subarray(0, readBytes)));
    return this.allowanceBytes > 0;
  };

  private take(chunk: Buffer): void {
    if (this.head === null) this.takeHead(chunk);
    else this.takeBody(chunk);
    this.wake();
  }

  private takeHead(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    const end = this.received.indexOf('\r\n\r\n');
    if (end === -1) return;
    this.head = this.received.toString('latin1', 0, end);
    this.takeBody(this.received.subarray(end + 4));
  }

  private takeBody(chunk: Buffer): void {
    if (!this.options.onPart) this.chunks.push(chunk);
    if (this.head?.includes('multipart/')) this.parser.push(chunk);
  }

  private onPart(headers: ReadonlyMap<string, string>, body: Buffer): void {
    const sequence = Number(headers.get('x-sequence'));
    const part = { headers, sequence, timestamp: headers.get('x-timestamp') ?? '', body };
    if (this.options.onPart) this.options.onPart(part);
    else this.parts.push(part);
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
