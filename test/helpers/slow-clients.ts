import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import { SystemClock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { encodeAck, encodeHello, encodePing, encodePong } from '../../shared/protocol/codec.js';
import { FRAME_HEADER_BYTES, MessageType, PREFIX_BYTES, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { FrameHeader, Message } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';

/** What one of the clients has met so far. */
export interface SlowClientFigures {
  /** Whether the server still talks to it. */
  readonly connected: boolean;
  /** Why not, in the server's words. */
  readonly refusal: string | null;
  readonly bytes: number;
  readonly frames: number;
  /** Frames before the last one that the server said it left out. */
  readonly skipped: number;
  /** Gaps in the sequence that the server did not explain. */
  readonly lost: number;
  /** Age of the oldest frame at the moment its last byte was read. The server's clock must be that of this machine. */
  readonly maxAgeUs: number;
  /** The same in multiples of the time that frame takes at the client's rate; 0 for one without a rate. */
  readonly maxAgeTransfers: number;
}

/** One client of each bad kind. */
export interface SlowClients {
  figures(): Readonly<Record<Kind, SlowClientFigures>>;
  /** Closes all connections; resolves when they are gone. */
  stop(): Promise<void>;
}

type Kind = 'stalled' | 'halfRate' | 'byteByByte' | 'neverAcks';

/** How a client behaves. */
interface Behaviour {
  readonly acknowledges: boolean;
  /** Bytes taken from the kernel at once. */
  readonly readBytes: number;
  /** Bytes per second it reads; 0 reads no more. Asked again before each read. */
  readonly rate: (client: SlowClient) => number;
}

/** What a byte-by-byte reader manages without taking the processor from everybody else. */
const BYTE_READER_RATE = 20_000;
/** A late timer may be made up for by this much, no more: a slow link does not run faster after a pause. */
const CATCH_UP_US = 20_000;
/** Often enough not to be taken for dead. */
const PING_INTERVAL_MS = 5000;

const BEHAVIOURS: Readonly<Record<Kind, Behaviour>> = {
  stalled: { acknowledges: true, readBytes: 4096, rate: ({ frames }) => (frames === 0 ? Infinity : 0) },
  halfRate: { acknowledges: true, readBytes: 4096, rate: (client) => client.streamRate / 2 },
  byteByByte: { acknowledges: true, readBytes: 1, rate: () => BYTE_READER_RATE },
  neverAcks: { acknowledges: false, readBytes: 65_536, rate: () => Infinity },
};

/**
 * Connects to the first stream of a server four clients that a careless server would suffer from: one that stops
 * reading after its first frame, one that reads at half the stream's rate, one that takes a byte at a time, and one that
 * never acknowledges. All of them ping, so that none is closed for its silence.
 */
export async function startSlowClients(port: number): Promise<SlowClients> {
  const kinds = Object.entries(BEHAVIOURS) as [Kind, Behaviour][];
  const clients = kinds.map(([kind, behaviour]) => ({ kind, client: new SlowClient(port, kind, behaviour) }));
  await Promise.all(clients.map(({ client }) => client.opened));
  return {
    figures: () =>
      Object.fromEntries(clients.map(({ kind, client }) => [kind, client.figures()])) as Record<
        Kind,
        SlowClientFigures
      >,
    stop: async () => void (await Promise.all(clients.map(({ client }) => client.stop()))),
  };
}

/** One badly behaved client: a plain socket whose every read is its own. */
class SlowClient {
  /** Resolves when the connection is up; rejects when it cannot be. */
  readonly opened: Promise<unknown>;
  frames = 0;
  private readonly clock = new SystemClock();
  private readonly tracker = new SequenceTracker();
  private readonly socket: Socket;
  private readonly parser: MessageParser;
  private readonly pinging: NodeJS.Timeout;
  private reading: NodeJS.Timeout | undefined;
  private nextReadUs = 0;
  private fps = 0;
  private bytes = 0;
  private frameBytes = 0;
  private lost = 0;
  private skipped = 0;
  private maxAgeUs = 0;
  private maxAgeTransfers = 0;
  private refusal: string | null = null;

  constructor(
    port: number,
    name: string,
    private readonly behaviour: Behaviour,
  ) {
    this.parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => this.onMessage(message) });
    // What a parser hands on may be a part of the buffer, which is fine for as long as nobody keeps it.
    const buffer = Buffer.alloc(behaviour.readBytes);
    const callback = (count: number) => this.onRead(buffer.subarray(0, count));
    this.socket = createConnection({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback } });
    this.opened = once(this.socket, 'connect');
    this.socket.on('connect', () => {
      this.socket.on('error', (error) => (this.refusal ??= error.message));
      this.socket.write(encodeHello({ version: PROTOCOL_VERSION, name, subscriptions: [{}] }));
    });
    this.pinging = setInterval(() => this.send(encodePing(this.clock.nowUs())), PING_INTERVAL_MS);
  }

  /** Bytes per second of the stream; without a limit until the first frame tells. */
  get streamRate(): number {
    return this.frames === 0 ? Infinity : (this.frameBytes / this.frames) * this.fps;
  }

  figures(): SlowClientFigures {
    const { refusal, bytes, frames, skipped, lost, maxAgeUs, maxAgeTransfers } = this;
    const connected = this.socket.writable && refusal === null;
    return { connected, refusal, bytes, frames, skipped, lost, maxAgeUs, maxAgeTransfers };
  }

  async stop(): Promise<void> {
    clearInterval(this.pinging);
    clearTimeout(this.reading);
    if (this.socket.closed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }

  /** Takes what was read; false pauses the socket before it reads more. */
  private onRead(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    try {
      this.parser.push(chunk);
    } catch (error) {
      this.refusal ??= error instanceof StreamerError ? error.message : String(error);
      return false;
    }
    const rate = this.behaviour.rate(this);
    if (rate === 0) return false;
    const nowUs = this.clock.nowUs();
    this.nextReadUs = Math.max(this.nextReadUs, nowUs - CATCH_UP_US) + (chunk.length / rate) * 1e6;
    if (this.nextReadUs <= nowUs) return true;
    this.reading = setTimeout(() => this.socket.resume(), (this.nextReadUs - nowUs) / 1000);
    return false;
  }

  private onMessage(message: Message): void {
    switch (message.type) {
      case MessageType.WELCOME:
        this.fps = message.body.streams[0]?.fps ?? 0;
        return;
      case MessageType.FRAME:
        return this.onFrame(message.header, message.jpeg.length);
      case MessageType.SKIPPED:
        return this.tracker.onSkipped(message.first, message.last);
      case MessageType.PING: {
        const nowUs = this.clock.nowUs();
        return this.send(encodePong(message.t0Us, nowUs, nowUs));
      }
      case MessageType.ERROR:
      case MessageType.BYE:
        this.refusal = message.body.message;
        return;
      default:
        return;
    }
  }

  private onFrame(header: FrameHeader, jpegBytes: number): void {
    const { streamId, sequence, captureTimeUs } = header;
    const frameBytes = PREFIX_BYTES + FRAME_HEADER_BYTES + jpegBytes;
    const gap = this.tracker.onFrame(sequence);
    this.lost += gap?.lost ?? 0;
    this.skipped += gap?.skipped ?? 0;
    this.noteAge(this.clock.nowUs() - captureTimeUs, frameBytes);
    this.frames += 1;
    this.frameBytes += frameBytes;
    if (this.behaviour.acknowledges) this.send(encodeAck(streamId, sequence));
  }

  private noteAge(ageUs: number, frameBytes: number): void {
    const rate = this.behaviour.rate(this);
    const transferUs = Number.isFinite(rate) && rate > 0 ? (frameBytes / rate) * 1e6 : Infinity;
    this.maxAgeUs = Math.max(this.maxAgeUs, ageUs);
    this.maxAgeTransfers = Math.max(this.maxAgeTransfers, ageUs / transferUs);
  }

  private send(message: Buffer): void {
    if (this.socket.writable) this.socket.write(message);
  }
}
