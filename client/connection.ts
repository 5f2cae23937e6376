import { createConnection } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CancelTimer, Clock } from '../shared/clock.js';
import { StreamerError, toStreamerError } from '../shared/errors.js';
import type { Message } from '../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../shared/protocol/parser.js';
import { MAX_UNSENT_BYTES, unreadError } from '../shared/protocol/unsent-limit.js';
import { connectTls, tlsError } from './tls-socket.js';
import type { TlsTrust } from './tls-trust.js';
import { strangerError } from './wrong-port.js';

/** Where to connect. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Whom to trust about the server; null or nothing connects without TLS. */
  readonly tls?: TlsTrust | null;
}

/** What a connection tells its owner; nothing comes after `onClose`. */
export interface ConnectionListener {
  onOpen(): void;
  /** `receivedTimeUs` is when the last bytes of the message reached this process. */
  onMessage(message: Message, receivedTimeUs: number): void;
  /** The connection is gone; null when we closed it. Called exactly once. */
  onClose(error: StreamerError | null): void;
}

/**
 * Takes the bytes of a connection: the first `lengthBytes` of `buffer`, which are valid in the call only. Throws
 * StreamerError for what a server must not send.
 */
export interface ByteParser {
  push(buffer: Buffer, lengthBytes: number, receivedTimeUs: number): void;
}

/** Makes what takes the bytes of a connection apart; `deliver` is for the messages in them. */
export type NewParser = (deliver: (message: Message) => void) => ByteParser;

/** A way to a server that messages go over, whatever it is made of; it never comes back. */
export interface Link {
  /** Sends a whole message; silently nothing once the connection is gone, which it is where the server does not read. */
  send(message: Buffer): void;
  /** Closes, with a last message; null has none, for a server that said goodbye itself. `onClose` comes before it returns. */
  close(lastMessage: Buffer | null): void;
}

/** Begins to connect; everything is told later than it returns. */
export type OpenLink = (listener: ConnectionListener) => Link;

const CONNECT_TIMEOUT_US = 5_000_000;
/** A session pings at least twice a second, so silence this long means that the other end is gone. */
const SILENCE_TIMEOUT_US = 10_000_000;
const SILENCE_CHECK_US = 1_000_000;
/**
 * What every connection of this process is read into. One is enough, since what was read is parsed before anything else
 * is; a buffer of its own for each read would be made, shrunk and copied by Node.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);
/** How long the last message may take to leave. */
const LINGER_US = 1_000_000;

/** One connection to a server, over TCP or TLS, from connecting to its end; it never comes back. */
export class Connection implements Link {
  private readonly socket: Socket;
  private readonly parser: ByteParser;
  private chunkTimeUs = 0;
  private lastHeardUs: number;
  private cancelTimer: CancelTimer;
  private opened = false;
  private hasRead = false;
  private closed = false;

  constructor(
    private readonly address: ServerAddress,
    private readonly clock: Clock,
    private readonly listener: ConnectionListener,
    newParser: NewParser = wholeMessages,
  ) {
    this.lastHeardUs = clock.nowUs();
    this.parser = newParser((message) => this.closed || listener.onMessage(message, this.chunkTimeUs));
    this.cancelTimer = clock.schedule(CONNECT_TIMEOUT_US, () => this.fail(this.timeoutError()));
    const onread = { buffer: READ_BUFFER, callback: (lengthBytes: number) => this.onRead(lengthBytes) };
    this.socket = openSocket(address, onread);
    this.socket.on(address.tls ? 'secureConnect' : 'connect', () => this.onConnect());
    this.socket.on('error', (error) => this.fail(error instanceof StreamerError ? error : this.connectionError(error)));
    this.socket.on('close', () => this.fail(this.lostError()));
  }

  send(message: Buffer): void {
    if (this.closed || !this.socket.writable) return;
    // The end is told later, since nobody who sends looks for it meanwhile.
    if (this.socket.writableLength > MAX_UNSENT_BYTES) this.socket.destroy(unreadError(this.place));
    else this.socket.write(message);
  }

  close(lastMessage: Buffer | null): void {
    if (this.closed) return;
    // Before it is connected there is nobody to say goodbye to, and it must not connect after all.
    if (!this.opened) this.socket.destroy();
    else if (this.socket.writable) {
      if (lastMessage) this.socket.write(lastMessage);
      this.socket.end();
    }
    const cancel = this.clock.schedule(LINGER_US, () => this.socket.destroy());
    this.socket.once('close', cancel);
    this.finish(null);
  }

  /** Resolves when the socket is gone, which after `close` is up to a second later. */
  whenGone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once('close', () => resolve());
    });
  }

  /** Closes at once because of `error`. */
  fail(error: StreamerError): void {
    if (this.closed) return;
    this.socket.destroy();
    this.finish(error);
  }

  private onConnect(): void {
    this.cancelTimer();
    this.opened = true;
    this.lastHeardUs = this.clock.nowUs();
    this.watchSilence();
    this.listener.onOpen();
  }

  /** Takes the bytes at the beginning of the read buffer. Reading goes on after our goodbye too, or no end would be seen. */
  private onRead(lengthBytes: number): true {
    if (this.closed) return true;
    this.chunkTimeUs = this.clock.nowUs();
    this.lastHeardUs = this.chunkTimeUs;
    try {
      this.parser.push(READ_BUFFER, lengthBytes, this.chunkTimeUs);
    } catch (error) {
      const firstBytes = this.hasRead ? READ_BUFFER.subarray(0, 0) : READ_BUFFER.subarray(0, lengthBytes);
      this.fail(strangerError(firstBytes, this.place, error) ?? toStreamerError(error));
    }
    this.hasRead = true;
    return true;
  }

  private watchSilence(): void {
    this.cancelTimer = this.clock.schedule(SILENCE_CHECK_US, () => {
      if (this.clock.nowUs() - this.lastHeardUs < SILENCE_TIMEOUT_US) this.watchSilence();
      else this.fail(new StreamerError('CONNECTION_LOST', 'The server said nothing for 10 seconds.'));
    });
  }

  private finish(error: StreamerError | null): void {
    this.closed = true;
    this.cancelTimer();
    this.listener.onClose(error);
  }

  private timeoutError(): StreamerError {
    return new StreamerError('CONNECT_TIMEOUT', `${this.place} did not answer within 5 seconds; is the address right?`);
  }

  private connectionError(error: NodeJS.ErrnoException): StreamerError {
    if (this.opened && this.socket.bytesRead > 0) return this.lostError(error);
    const refusal = this.socket instanceof TLSSocket ? tlsError(error, this.socket, this.place) : null;
    if (refusal) return refusal;
    const hint = error.code === 'ECONNREFUSED' ? 'no server listens there; start streamer-server' : describeCode(error);
    return new StreamerError('CONNECT_FAILED', `Cannot connect to ${this.place}: ${hint}.`, { cause: error });
  }

  private lostError(cause?: Error): StreamerError {
    return new StreamerError('CONNECTION_LOST', `The connection to ${this.place} broke.`, { cause });
  }

  private get place(): string {
    const { host, port } = this.address;
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  }
}

function wholeMessages(deliver: (message: Message) => void): ByteParser {
  const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, reusesChunks: true, onMessage: deliver });
  return { push: (buffer, lengthBytes) => parser.push(buffer.subarray(0, lengthBytes)) };
}

function openSocket({ host, port, tls }: ServerAddress, onread: OnReadOpts): Socket {
  if (tls) return connectTls({ host, port, trust: tls, onread });
  return createConnection({ host, port, noDelay: true, keepAlive: true, onread });
}

function describeCode(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'the name cannot be resolved';
  if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH') return 'there is no route to it';
  return error.message;
}
