import { Backoff } from '../shared/backoff.js';
import type { CancelTimer, Clock } from '../shared/clock.js';
import { StreamerError } from '../shared/errors.js';
import { isBenchRequest } from '../shared/protocol/bench-messages.js';
import type { BenchNotice, BenchRequest } from '../shared/protocol/bench-messages.js';
import { encodeAck, encodeBench, encodeBye, encodeHello, encodePing, encodePong } from '../shared/protocol/codec.js';
import type { ClockEstimate } from '../shared/protocol/clock-sync.js';
import { isFinal } from '../shared/protocol/final-codes.js';
import { FrameFlag, MessageType, PROTOCOL_VERSION } from '../shared/protocol/messages.js';
import type {
  FrameHeader,
  Message,
  Stats,
  StreamChange,
  StreamInfo,
  Subscription,
  Welcome,
} from '../shared/protocol/messages.js';
import { Acknowledger } from '../shared/receiver/acknowledger.js';
import { ClockProbe } from '../shared/receiver/clock-probe.js';
import { Connection } from './connection.js';
import type { Link, OpenLink, ServerAddress } from './connection.js';
import { farewellOf } from './farewell.js';
import type { Farewell } from './farewell.js';
import { statsMessage } from './stats-message.js';

/** What a session is for. */
export interface SessionOptions extends ServerAddress {
  /** How the server and its logs call this client. */
  readonly name: string;
  readonly token: string | null;
  readonly subscriptions: readonly Subscription[];
  /** Whether to connect again when a connection that worked broke. */
  readonly reconnect: boolean;
  /** Acknowledge frames as they come; otherwise whoever uses them calls `acknowledge`, and thereby sets the pace. */
  readonly acknowledgeOnReceipt: boolean;
}

/** A frame as it arrived. */
export interface SessionFrame {
  readonly header: FrameHeader;
  readonly jpeg: Buffer;
  /** Whether it is one of the past, from what the server keeps for late joiners. */
  readonly kept: boolean;
  /** Which of the session's connections it came over, counted from 1. */
  readonly connection: number;
  /** When its last byte reached this process, in our clock. */
  readonly receivedTimeUs: number;
  /** The server's clock at that moment; null while it is not known. */
  readonly clock: ClockEstimate | null;
}

/** What a session tells its owner. */
export interface SessionListener {
  /** A connection is up: the first one, or one after an outage. */
  onWelcome?(welcome: Welcome): void;
  onFrame?(frame: SessionFrame): void;
  onSkipped?(streamId: number, first: number, last: number): void;
  onStream?(change: StreamChange): void;
  /** The server says something about a benchmark. */
  onBench?(notice: BenchNotice): void;
  /** The connection broke; the next attempt comes in `retryInMs`. */
  onOutage?(error: StreamerError, retryInMs: number): void;
  /** Asked for at the interval the server sets; null sends nothing. */
  collectStats?(): Stats | null;
  /** The session is over: null when it ended as it should (closed by us, or every stream came to its end). */
  onEnd?(error: StreamerError | null): void;
}

/** A connection that held this long is taken as healthy: the next outage starts the backoff afresh. */
const STABLE_AFTER_US = 10_000_000;

/**
 * The client's side of the protocol without any screen: connects, says hello, keeps the clock, returns credit, and
 * connects again after an outage. The first connection must succeed; every later one is tried until it does.
 */
export class Session {
  private connection: Link | null = null;
  private connections = 0;
  private probe: ClockProbe | null = null;
  private streams = new Map<number, StreamInfo>();
  private readonly acknowledgers = new Map<number, Acknowledger>();
  private readonly backoff: Backoff;
  private readonly helloMessage: Buffer;
  private wasWelcome = false;
  private over = false;
  private finalEstimate: ClockEstimate | null = null;
  private statsIntervalMs = 1000;
  private readonly timers = { retry: noTimer, stable: noTimer, stats: noTimer };
  /** What the server said before it closed the connection. */
  private farewell: Farewell | null = null;

  /**
   * @param openLink how each connection is made: over TCP or TLS unless told otherwise
   * @throws {StreamerError} MESSAGE_TOO_LONG when the options make a HELLO that no server takes.
   */
  constructor(
    private readonly options: SessionOptions,
    private readonly listener: SessionListener,
    private readonly clock: Clock,
    random: () => number = Math.random,
    private readonly openLink: OpenLink = (link) => new Connection(options, clock, link),
  ) {
    const { name, token, subscriptions } = options;
    this.helloMessage = encodeHello({
      version: PROTOCOL_VERSION,
      name,
      ...(token !== null && { token }),
      subscriptions,
    });
    this.backoff = new Backoff(undefined, random);
  }

  /** Begins to connect. */
  start(): void {
    this.farewell = null;
    this.connections += 1;
    this.connection = this.openLink({
      onOpen: () => this.hello(),
      onMessage: (message, receivedTimeUs) => this.onMessage(message, receivedTimeUs),
      onClose: (error) => this.onClose(error),
    });
  }

  /** Says goodbye and ends the session. Idempotent. */
  close(): void {
    if (this.over) return;
    const bye = encodeBye({ code: 'CLIENT_CLOSING', message: 'The client is done.' });
    if (this.connection) this.connection.close(bye);
    else this.end(null);
  }

  /** Says something about a benchmark; silently nothing while there is no connection. */
  sendBench(request: BenchRequest): void {
    this.send(encodeBench(request));
  }

  /** What is known about the server's clock; null while there is no estimate. After the end, what was known then. */
  clockEstimate(): ClockEstimate | null {
    if (this.over) return this.finalEstimate;
    return this.probe?.estimate(this.clock.nowUs()) ?? null;
  }

  /** The stream of that id as the server last described it. */
  stream(id: number): StreamInfo | undefined {
    return this.streams.get(id);
  }

  /**
   * Returns credit for a frame, for sessions that do not acknowledge on receipt. Where its stream is gone, or its
   * connection, nobody waits for that, and a new server would take it for a lie.
   */
  acknowledge({ header, connection }: SessionFrame): void {
    if (connection === this.connections && this.streams.has(header.streamId)) this.returnCredit(header);
  }

  private hello(): void {
    this.send(this.helloMessage);
    this.probe = new ClockProbe(this.clock, (t0Us) => this.send(encodePing(t0Us)));
  }

  private send(message: Buffer): void {
    this.connection?.send(message);
  }

  private onMessage(message: Message, receivedTimeUs: number): void {
    switch (message.type) {
      case MessageType.FRAME:
        return this.onFrame(message.header, message.jpeg, receivedTimeUs);
      case MessageType.PONG:
        return this.probe?.onPong(message.t0Us, message.t1Us, message.t2Us, receivedTimeUs);
      case MessageType.PING:
        return this.send(encodePong(message.t0Us, receivedTimeUs, this.clock.nowUs()));
      case MessageType.SKIPPED:
        return this.listener.onSkipped?.(message.streamId, message.first, message.last);
      case MessageType.CREDIT:
        return this.acknowledger(message.streamId).onCredit(message.ackEvery);
      case MessageType.STREAM:
        return this.onStream(message.body);
      case MessageType.BENCH:
        if (!isBenchRequest(message.body)) this.listener.onBench?.(message.body);
        return;
      case MessageType.WELCOME:
        return this.onWelcome(message.body);
      case MessageType.ERROR:
      case MessageType.BYE:
        return this.onFarewell(farewellOf(message));
      default:
        return;
    }
  }

  /** Whoever hears a goodbye closes, without an answer: a server that does not might keep us for ever. */
  private onFarewell(farewell: Farewell): void {
    this.farewell = farewell;
    this.connection?.close(null);
  }

  private onFrame(header: FrameHeader, jpeg: Buffer, receivedTimeUs: number): void {
    if (this.options.acknowledgeOnReceipt) this.returnCredit(header);
    const clock = this.probe?.estimate(receivedTimeUs) ?? null;
    const kept = (header.flags & FrameFlag.KEPT) !== 0;
    this.listener.onFrame?.({ header, jpeg, kept, connection: this.connections, receivedTimeUs, clock });
  }

  private onWelcome(welcome: Welcome): void {
    this.wasWelcome = true;
    this.streams = new Map(welcome.streams.map((stream) => [stream.id, stream]));
    this.statsIntervalMs = welcome.statsIntervalMs;
    // A server may say WELCOME again and again; the timers of the one before must not pile up.
    this.timers.stable();
    this.timers.stats();
    this.timers.stable = this.clock.schedule(STABLE_AFTER_US, () => this.backoff.reset());
    this.scheduleStats();
    this.listener.onWelcome?.(welcome);
  }

  private onStream(change: StreamChange): void {
    if (change.event === 'removed') {
      this.streams.delete(change.stream.id);
      this.acknowledgers.delete(change.stream.id);
    } else this.streams.set(change.stream.id, change.stream);
    this.listener.onStream?.(change);
  }

  private scheduleStats(): void {
    this.timers.stats = this.clock.schedule(this.statsIntervalMs * 1000, () => {
      const stats = this.listener.collectStats?.();
      const message = stats && statsMessage(stats);
      if (message) this.send(message);
      this.scheduleStats();
    });
  }

  private returnCredit({ streamId, sequence }: FrameHeader): void {
    this.acknowledger(streamId).onFrame(sequence);
  }

  private acknowledger(streamId: number): Acknowledger {
    let acknowledger = this.acknowledgers.get(streamId);
    if (!acknowledger) {
      acknowledger = new Acknowledger((sequence) => this.send(encodeAck(streamId, sequence)));
      this.acknowledgers.set(streamId, acknowledger);
    }
    return acknowledger;
  }

  private onClose(closeError: StreamerError | null): void {
    this.connection = null;
    this.finalEstimate = this.clockEstimate();
    this.probe?.stop();
    this.probe = null;
    this.acknowledgers.clear();
    this.timers.stable();
    this.timers.stats();
    const error = this.farewell instanceof StreamerError ? this.farewell : closeError;
    if (error === null || this.farewell === 'ended') this.end(null);
    else if (this.mayRetry(error)) this.retry(error);
    else this.end(error);
  }

  private mayRetry(error: StreamerError): boolean {
    const isRefusedForGood = error === this.farewell && isFinal(error.code);
    return this.options.reconnect && this.wasWelcome && !isRefusedForGood;
  }

  private retry(error: StreamerError): void {
    const waitMs = this.backoff.nextDelayMs();
    this.timers.retry = this.clock.schedule(waitMs * 1000, () => this.start());
    this.listener.onOutage?.(error, waitMs);
  }

  private end(error: StreamerError | null): void {
    this.over = true;
    this.timers.retry();
    this.listener.onEnd?.(error);
  }
}

const noTimer: CancelTimer = () => undefined;
