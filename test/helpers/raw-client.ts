import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { encodeAck, encodeHello } from '../../shared/protocol/codec.js';
import type { Hello, Message, Notice } from '../../shared/protocol/messages.js';
import { MessageType, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';

/** How a raw client reads. */
export interface RawClientOptions {
  /** Bytes it may read until `allow` is called; without a bound by default. */
  readonly allowanceBytes?: number;
  /** Bytes that one read takes from the kernel at most; 16 KiB by default. */
  readonly readBytes?: number;
  /** Address it comes from; any of 127.0.0.0/8 is this machine. */
  readonly from?: string;
  /** Told of every message as it comes; a client that must not keep frames sets `keepsMessages` to false. */
  readonly onMessage?: (message: Message) => void;
  readonly keepsMessages?: boolean;
}

/**
 * A TCP connection to a server that does nothing on its own: it sends what it is told, valid or not, and takes no more
 * bytes from the kernel than it is allowed to, so that a test decides how slow it is.
 */
export class RawClient {
  /** Everything the server said, in order. */
  readonly messages: Message[] = [];
  /** Resolves when the connection is closed, with the ERROR or BYE that came before; null when it was just cut. */
  readonly closed: Promise<Notice | null>;
  readonly socket: Socket;
  private allowanceBytes: number;
  private notice: Notice | null = null;
  private isClosed = false;
  private readonly waiters = new Set<() => void>();
  private readonly parser: MessageParser;

  constructor(
    port: number,
    private readonly options: RawClientOptions = {},
  ) {
    const { allowanceBytes = Infinity, readBytes = 16_384, from } = options;
    this.allowanceBytes = allowanceBytes;
    this.parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => this.onMessage(message) });
    const onread = { buffer: Buffer.alloc(readBytes), callback: this.onRead };
    this.socket = createConnection({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread,
      ...(from && { localAddress: from }),
    });
    if (allowanceBytes <= 0) this.socket.pause();
    // Being cut off is what most of these clients are for; `closed` tells.
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isClosed = true;
        this.wake();
        resolve(this.notice);
      });
    });
  }

  /** Connects; resolves when the connection is there, and rejects when there is none to be had. */
  static async connect(port: number, options?: RawClientOptions): Promise<RawClient> {
    const client = new RawClient(port, options);
    client.socket.once('connect', () => client.wake());
    await client.until(() => client.socket.readyState === 'open');
    return client;
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Says HELLO, of the present version and for the first stream unless `hello` has it otherwise. */
  hello(hello: Partial<Hello> = {}): void {
    this.send(encodeHello({ version: PROTOCOL_VERSION, name: 'raw', subscriptions: [{}], ...hello }));
  }

  acknowledge(sequence: number, streamId = 1): void {
    this.send(encodeAck(streamId, sequence));
  }

  /** May read so many bytes more. What it read too many, as much as one read takes, is taken off. */
  allow(bytes: number): void {
    this.allowanceBytes += bytes;
    if (this.allowanceBytes > 0) this.socket.resume();
  }

  /** Reads nothing more. */
  stopReading(): void {
    this.allowanceBytes = 0;
    this.socket.pause();
  }

  /** Resolves when all that was allowed has been read; rejects when the connection closes before. */
  spent(): Promise<void> {
    return this.until(() => this.allowanceBytes <= 0);
  }

  /** Resolves once `holds`, asked again after every read; rejects when the connection closes before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.isClosed) throw new Error(`closed before that: ${JSON.stringify(this.notice)}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** Resolves when `count` messages of a type have come. */
  received(type: MessageType, count = 1): Promise<void> {
    return this.until(() => this.messages.filter((message) => message.type === type).length >= count);
  }

  /** Numbers of the frames that came, in order. */
  frames(streamId = 1): number[] {
    return this.messages.flatMap((message) =>
      message.type === MessageType.FRAME && message.header.streamId === streamId ? [message.header.sequence] : [],
    );
  }

  /** Cuts the connection without a word. */
  async destroy(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  private readonly onRead = (readBytes: number, buffer: Uint8Array): boolean => {
    this.allowanceBytes -= readBytes;
    this.parser.push(Buffer.from(buffer.subarray(0, readBytes)));
    this.wake();
    return this.allowanceBytes > 0;
  };

  private onMessage(message: Message): void {
    if (message.type === MessageType.ERROR || message.type === MessageType.BYE) this.notice = message.body;
    if (this.options.keepsMessages ?? true) this.messages.push(message);
    this.options.onMessage?.(message);
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
