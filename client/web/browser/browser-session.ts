import { Backoff } from '../../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../../shared/clock.js';
import { isErrorCode, StreamerError } from '../../../shared/errors.js';
import type { BenchRequest } from '../../../shared/protocol/bench-messages.js';
import type { ClockEstimate } from '../../../shared/protocol/clock-sync.js';
import { isFinal } from '../../../shared/protocol/final-codes.js';
import { FrameFlag, MessageType, PROTOCOL_VERSION } from '../../../shared/protocol/messages.js';
import type {
  FrameHeader,
  Hello,
  Notice,
  Stats,
  StreamChange,
  StreamInfo,
  Welcome,
} from '../../../shared/protocol/messages.js';
import { Acknowledger } from '../../../shared/receiver/acknowledger.js';
import { ClockProbe } from '../../../shared/receiver/clock-probe.js';
import type { DeviceNotice } from './bench-bodies.js';
import {
  encodeAck,
  encodeBench,
  encodeBye,
  encodeHello,
  encodePing,
  encodePong,
  encodeStats,
} from './message-codec.js';
import type { FrameMessage, ServerMessage } from './message-codec.js';
import { WebSocketConnection } from './web-socket-connection.js';
import type { OpenSocket } from './web-socket-connection.js';

/** What a session is for. */
export interface SessionOptions {
  /** Address of the server's WebSocket. */
  readonly url: string;
  /** Sent as it is; it subscribes to one stream. */
  readonly hello: Hello;
  /** Whether to connect again when a connection that worked broke. */
  readonly reconnect: boolean;
}

/** What a session takes from its surroundings. */
export interface SessionParts {
  readonly clock: Clock;
  readonly openSocket: OpenSocket;
  /** How far a reading of the clock can be from the truth. */
  readonly resolutionUs: number;
  /** From 0 to 1, for the waits between attempts. */
  readonly random: () => number;
}

/** A frame as it arrived. */
export interface SessionFrame {
  readonly header: FrameHeader;
  readonly jpeg: Uint8Array<ArrayBuffer>;
  /** Whether it is one of the past, from what the server keeps for late joiners. */
  readonly kept: boolean;
  /** Number of the connection that it came on. */
  readonly connection: number;
  /** How many frames had come on that connection, with this one. */
  readonly arrival: number;
  readonly receivedTimeUs: number;
  /** The server's clock at that moment; null while it is not known. */
  readonly clock: ClockEstimate | null;
}

/** What a session tells its owner. */
export interface SessionListener {
  /**
   * A connection is up: the first one, or one after an outage. Null when the server has no stream for us yet; `features`
   * are names of what it knows.
   */
  onWelcome(stream: StreamInfo | null, features: readonly string[]): void;
  /** Our stream changed, and why, where the server says so. */
  onStream(stream: StreamInfo, reason: Notice | null): void;
  onFrame(frame: SessionFrame): void;
  onSkipped(first: number, last: number): void;
  /** The server says something of a benchmark; without this nobody listens. */
  onBench?(notice: DeviceNotice): void;
  /** The connection broke, and the next attempt is planned. */
  onOutage(error: StreamerError): void;
  /** Asked for at the interval the server sets. */
  collectStats(streamId: number): Stats;
  /** The session is over: null when it ended as it should (closed by us, or every stream came to its end). */
  onEnd(error: StreamerError | null): void;
}

/** A connection that held this long is taken as healthy: the next outage starts the backoff afresh. */
const STABLE_AFTER_US = 10_000_000;

/**
 * A client's side of the protocol for one stream over WebSockets: connects, says hello, keeps the clock, returns credit,
 * and connects again after an outage. The first connection must succeed; every later one is tried until it does.
 * client/session.ts is the same over TCP, for any number of streams.
 */
export class BrowserSession {
  private connection: WebSocketConnection | null = null;
  private connections = 0;
  private probe: ClockProbe | null = null;
  private stream: StreamInfo | null = null;
  private acknowledger: Acknowledger | null = null;
  /** Frames that came on this connection, and how many of them credit was returned for. */
  private arrivals = 0;
  private returned = 0;
  private readonly backoff: Backoff;
  private readonly helloMessage: ArrayBuffer;
  private wasWelcome = false;
  private isOver = false;
  private statsIntervalMs = 1000;
  /** Why we left: what the server said at its end, or that it speaks another version. */
  private farewell: StreamerError | null = null;
  private readonly timers = { retry: noTimer, stable: noTimer, stats: noTimer };

  /** @throws {StreamerError} MESSAGE_TOO_LONG when the options make a HELLO that no server takes. */
  constructor(
    private readonly options: SessionOptions,
    private readonly listener: SessionListener,
    private readonly parts: SessionParts,
  ) {
    this.helloMessage = encodeHello(options.hello);
    this.backoff = new Backoff(undefined, parts.random);
  }

  /** Begins to connect. */
  start(): void {
    const { clock, openSocket } = this.parts;
    this.connections += 1;
    this.arrivals = 0;
    this.returned = 0;
    this.connection = new WebSocketConnection(this.options.url, openSocket, clock, {
      onOpen: () => this.hello(),
      onMessage: (message, receivedTimeUs) => this.onMessage(message, receivedTimeUs),
      onClose: (error) => this.onClose(error),
    });
  }

  /** Says goodbye and ends the session. Idempotent. */
  close(): void {
    if (this.isOver) return;
    if (this.connection) this.connection.close(encodeBye({ code: 'CLIENT_CLOSING', message: 'The page is done.' }));
    else this.end(null);
  }

  /** The page or the machine woke up: the clock may be wrong, and an attempt that waits need not wait on. */
  wake(): void {
    if (this.isOver) return;
    this.clockEstimate();
    if (this.connection) return;
    this.timers.retry();
    this.start();
  }

  /** What is known about the server's clock; null while there is no estimate. */
  clockEstimate(): ClockEstimate | null {
    return this.probe?.estimate(this.parts.clock.nowUs()) ?? null;
  }

  /**
   * Returns credit for a frame and all before it. Where its stream is gone, or its connection, nobody waits for that, and a
   * new server would take it for a lie.
   */
  acknowledge({ header, connection, arrival }: SessionFrame): void {
    if (connection !== this.connections || header.streamId !== this.stream?.id) return;
    this.acknowledger?.onFrame(header.sequence, arrival - this.returned);
    this.returned = arrival;
  }

  /** Says something of a benchmark, to a server that has the feature. Nothing while there is no connection. */
  sendBench(request: BenchRequest): void {
    this.send(encodeBench(request));
  }

  private hello(): void {
    this.send(this.helloMessage);
    const { clock, resolutionUs } = this.parts;
    this.probe = new ClockProbe(clock, (t0Us) => this.send(encodePing(t0Us)), resolutionUs);
  }

  private send(message: ArrayBuffer): void {
    this.connection?.send(message);
  }

  private onMessage(message: ServerMessage, receivedTimeUs: number): void {
    switch (message.type) {
      case MessageType.FRAME:
        return this.onFrame(message, receivedTimeUs);
      case MessageType.PONG:
        return this.probe?.onPong(message.t0Us, message.t1Us, message.t2Us, receivedTimeUs);
      case MessageType.PING:
        return this.send(encodePong(message.t0Us, receivedTimeUs, this.parts.clock.nowUs()));
      case MessageType.SKIPPED:
        if (message.streamId === this.stream?.id) this.listener.onSkipped(message.first, message.last);
        return;
      case MessageType.CREDIT:
        if (message.streamId === this.stream?.id) this.acknowledger?.onCredit(message.ackEvery);
        return;
      case MessageType.STREAM:
        return this.onStream(message.body);
      case MessageType.WELCOME:
        return this.onWelcome(message.body);
      case MessageType.BENCH:
        return this.listener.onBench?.(message.body);
      case MessageType.ERROR:
        return this.leave(refusal(message.body));
      case MessageType.BYE:
        if (message.body.code === 'STREAMS_ENDED') this.close();
        else this.leave(refusal(message.body));
        return;
    }
  }

  private leave(farewell: StreamerError): void {
    this.farewell = farewell;
    this.connection?.fail(farewell);
  }

  private onFrame({ header, jpeg }: FrameMessage, receivedTimeUs: number): void {
    if (header.streamId !== this.stream?.id) return;
    const clock = this.probe?.estimate(receivedTimeUs) ?? null;
    const kept = (header.flags & FrameFlag.KEPT) !== 0;
    this.arrivals += 1;
    const { connections: connection, arrivals: arrival } = this;
    this.listener.onFrame({ header, jpeg, kept, connection, arrival, receivedTimeUs, clock });
  }

  private onWelcome(welcome: Welcome): void {
    if (welcome.version !== PROTOCOL_VERSION) {
      const message = `The server speaks version ${welcome.version} of the protocol, this page ${PROTOCOL_VERSION}.`;
      return this.leave(new StreamerError('BAD_VERSION', message));
    }
    this.wasWelcome = true;
    this.statsIntervalMs = welcome.statsIntervalMs;
    this.setStream(welcome.streams.find(({ id }) => id === welcome.subscribed[0]) ?? null);
    // A server may say WELCOME again and again; the timers of the one before must not pile up.
    this.timers.stable();
    this.timers.stats();
    this.timers.stable = this.parts.clock.schedule(STABLE_AFTER_US, () => this.backoff.reset());
    this.scheduleStats();
    this.listener.onWelcome(this.stream, welcome.features ?? []);
  }

  /** A stream of our stream's name is ours, too: one that was removed may come back under its name with another id. */
  private onStream({ stream, reason }: StreamChange): void {
    if (stream.name !== this.stream?.name) return;
    if (stream.id === this.stream.id) this.stream = stream;
    else this.setStream(stream);
    this.listener.onStream(stream, reason ?? null);
  }

  private setStream(stream: StreamInfo | null): void {
    this.stream = stream;
    this.returned = this.arrivals;
    this.acknowledger = stream && new Acknowledger((sequence) => this.send(encodeAck(stream.id, sequence)));
  }

  private scheduleStats(): void {
    this.timers.stats = this.parts.clock.schedule(this.statsIntervalMs * 1000, () => {
      if (this.stream) this.send(encodeStats(this.listener.collectStats(this.stream.id)));
      this.scheduleStats();
    });
  }

  private onClose(error: StreamerError | null): void {
    this.connection = null;
    this.probe?.stop();
    this.probe = null;
    this.acknowledger = null;
    this.timers.stable();
    this.timers.stats();
    if (error && this.mayRetry(error)) this.retry(error);
    else this.end(error);
  }

  private mayRetry(error: StreamerError): boolean {
    const isRefusedForGood = error === this.farewell && isFinal(error.code);
    return this.options.reconnect && this.wasWelcome && !isRefusedForGood;
  }

  private retry(error: StreamerError): void {
    const waitMs = this.backoff.nextDelayMs();
    this.timers.retry = this.parts.clock.schedule(waitMs * 1000, () => this.start());
    this.listener.onOutage(error);
  }

  private end(error: StreamerError | null): void {
    this.isOver = true;
    this.timers.retry();
    this.listener.onEnd(error);
  }
}

const noTimer: CancelTimer = () => undefined;

/** The peer's own words, under its code where we know that one. */
function refusal({ code, message }: Notice): StreamerError {
  return new StreamerError(isErrorCode(code) ? code : 'CONNECTION_LOST', message);
}
