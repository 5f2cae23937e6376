import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { encodeAck, encodeHello, encodePong } from '../../shared/protocol/codec.js';
import type { Hello, Message, Notice } from '../../shared/protocol/messages.js';
import { MessageType, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';
import { StreamAudit } from './stream-audit.js';

/** How a client over WebSocket behaves; well, unless told otherwise. */
export interface WebSocketClientOptions extends ClientOptions {
  /** Whether it acknowledges frames and answers PINGs, as a good client does; true by default. */
  readonly answers?: boolean;
  /** Whether it keeps the frames that came; true by default. */
  readonly keepsFrames?: boolean;
}

/** How a WebSocket ended. */
export interface WebSocketEnd {
  readonly code: number;
  readonly reason: string;
  /** The ERROR or BYE that came before; null when there was none. */
  readonly notice: Notice | null;
}

/** A client of the protocol over WebSocket, by the library's own client and the product's own parser. */
export class WebSocketClient {
  /** What the server said, in order. */
  readonly messages: Message[] = [];
  /** Length of each WebSocket message, in order. */
  readonly lengths: number[] = [];
  readonly closed: Promise<WebSocketEnd>;
  readonly audit = new StreamAudit();
  /** The number of each frame, as it is complete. */
  onFrame: (sequence: number) => void = () => undefined;
  readonly webSocket: WebSocket;
  private socket: Socket | null = null;
  private notice: Notice | null = null;
  private end: WebSocketEnd | null = null;
  private readonly waiters = new Set<() => void>();

  constructor(
    url: string,
    private readonly options: WebSocketClientOptions = {},
  ) {
    this.webSocket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.webSocket.on('upgrade', ({ socket }) => (this.socket = socket));
    this.webSocket.on('message', (data) => this.onData(data as Buffer));
    // What goes wrong ends the connection, and `closed` tells.
    this.webSocket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.webSocket.on('close', (code, reason) => {
        this.end = { code, reason: reason.toString(), notice: this.notice };
        this.wake();
        resolve(this.end);
      });
    });
  }

  /** Connects; rejects with the library's error when the server refuses. */
  static async connect(url: string, options?: WebSocketClientOptions): Promise<WebSocketClient> {
    const client = new WebSocketClient(url, options);
    await once(client.webSocket, 'open');
    return client;
  }

  /** Connects and says HELLO; resolves when the server has welcomed it. */
  static async open(
    url: string,
    hello: Partial<Hello> = {},
    options?: WebSocketClientOptions,
  ): Promise<WebSocketClient> {
    const client = await WebSocketClient.connect(url, options);
    client.hello(hello);
    await client.received(MessageType.WELCOME);
    return client;
  }

  /** The socket below, for tests that write what no library would. */
  get rawSocket(): Socket {
    if (!this.socket) throw new Error('the WebSocket is not open');
    return this.socket;
  }

  /** Sends one binary message. */
  send(message: Buffer): void {
    this.webSocket.send(message);
  }

  /** Says HELLO, for no stream in particular unless `hello` has it otherwise. */
  hello(hello: Partial<Hello> = {}): void {
    this.send(encodeHello({ version: PROTOCOL_VERSION, name: 'websocket', subscriptions: [{}], ...hello }));
  }

  /** Resolves once `holds`, asked again after every message; rejects when the connection closes before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.end) throw new Error(`closed before that: ${JSON.stringify(this.end)}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** Resolves when `count` messages of a type have come. */
  received(type: MessageType, count = 1): Promise<void> {
    return this.until(() => this.messages.filter((message) => message.type === type).length >= count);
  }

  /** Resolves when the frame `sequence` or a later one came. */
  reached(sequence: number): Promise<void> {
    return this.until(() => this.audit.figures.last >= sequence);
  }

  /** Numbers of the frames that came, in order. */
  frames(streamId = 1): number[] {
    return this.messages.flatMap((message) =>
      message.type === MessageType.FRAME && message.header.streamId === streamId ? [message.header.sequence] : [],
    );
  }

  /** Cuts the connection without a word. */
  async destroy(): Promise<void> {
    this.webSocket.terminate();
    await this.closed;
  }

  /** Each WebSocket message is to be one message of the protocol, so each gets a parser of its own. */
  private onData(data: Buffer): void {
    const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => this.onMessage(message) });
    parser.push(data);
    if (parser.bufferedBytes > 0) throw new Error('a WebSocket message holds only a part of a message');
    this.lengths.push(data.length);
    this.wake();
  }

  private onMessage(message: Message): void {
    if (message.type === MessageType.ERROR || message.type === MessageType.BYE) this.notice = message.body;
    if (message.type === MessageType.SKIPPED) this.audit.onSkipped(message.first, message.last);
    if (message.type !== MessageType.FRAME || (this.options.keepsFrames ?? true)) this.messages.push(message);
    if (message.type === MessageType.FRAME) {
      this.audit.onFrame(message.header);
      this.onFrame(message.header.sequence);
    }
    if (this.options.answers ?? true) this.answer(message);
  }

  private answer(message: Message): void {
    if (message.type === MessageType.FRAME) this.send(encodeAck(message.header.streamId, message.header.sequence));
    if (message.type === MessageType.PING) this.send(encodePong(message.t0Us, message.t0Us, message.t0Us));
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
