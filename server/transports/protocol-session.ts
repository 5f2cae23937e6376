import { randomUUID } from 'node:crypto';
import type { TransportName } from '../../shared/api/client-schema.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { BENCH_FEATURE } from '../../shared/protocol/bench-messages.js';
import type { BenchBody } from '../../shared/protocol/bench-messages.js';
import {
  encodeBye,
  encodeError,
  encodePing,
  encodePong,
  encodeStream,
  encodeWelcome,
} from '../../shared/protocol/codec.js';
import { MessageType, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { Hello, Message, StreamChange } from '../../shared/protocol/messages.js';
import type { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { BenchRoom } from '../bench/bench-room.js';
import type { ClientRecord, ClientRegistry } from '../clients.js';
import { clientBudget } from '../hub/byte-budget.js';
import type { Hub } from '../hub/hub.js';
import { addressOf } from './attempt-limit.js';
import { BenchLink } from './bench-link.js';
import type { Channel } from './channel.js';
import { Subscriptions } from './subscriptions.js';
import type { TokenCheck } from './token.js';
import { TrafficLimit } from './traffic-limit.js';

/** What every session of a server shares. */
export interface SessionContext {
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly checkToken: TokenCheck;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of the road, for logs and the list of clients. */
  readonly transport: TransportName;
  /** Most bytes of frames a second for one client; null or nothing sets no limit. */
  readonly maxClientBytesPerSecond?: number | null;
  /** The benchmarks of the server; without it, it knows none. */
  readonly benchRoom?: BenchRoom;
}

/** How often a client reports what it measured. */
const STATS_INTERVAL_MS = 1000;
const HELLO_TIMEOUT_US = 5_000_000;
const IDLE_TIMEOUT_US = 60_000_000;
const PING_INTERVAL_US = 10_000_000;
/** Far above what acknowledgements, pings and statistics of 64 streams need. */
const MAX_INBOUND_BYTES_PER_SECOND = 1024 * 1024;
/** Answers that pile up for a client that asks but does not read. */
const MAX_CONTROL_BACKLOG_BYTES = 256 * 1024;
const FULL = 'The server has all the clients it allows (--max-clients); try again later.';

/**
 * The server's side of the protocol with one client, over any channel: HELLO, subscriptions, credit, clock answers,
 * statistics, and the end. Wire errors end the session with an ERROR message; nothing here throws to the transport.
 */
export class ProtocolSession {
  private state: 'hello' | 'open' | 'closed' = 'hello';
  private record: ClientRecord | null = null;
  private subscriptions: Subscriptions | null = null;
  private bench: BenchLink | null = null;
  private readonly traffic: TrafficLimit;
  private lastHeardUs: number;
  private cancelTimer: CancelTimer;
  private pingT0Us: number | null = null;
  private controlBacklogBytes = 0;

  /** @param refusals shared by all sessions: anybody can be refused as often as they like, and must not fill the log */
  constructor(
    private readonly channel: Channel,
    private readonly context: SessionContext,
    private readonly refusals: RepeatLimiter,
    private readonly onClosed: () => void,
  ) {
    const { clock } = context;
    this.traffic = new TrafficLimit(MAX_INBOUND_BYTES_PER_SECOND, clock);
    this.lastHeardUs = clock.nowUs();
    this.cancelTimer = clock.schedule(HELLO_TIMEOUT_US, () =>
      this.fail('HELLO_TIMEOUT', 'No HELLO came within 5 seconds; send it first.'),
    );
  }

  /** Whether the peer has not yet said who it is. */
  get isPending(): boolean {
    return this.state === 'hello';
  }

  /** Counts bytes that came in, before they are parsed; false when the session ended because they were too many. */
  onBytes(lengthBytes: number): boolean {
    if (this.traffic.admits(lengthBytes)) return this.state !== 'closed';
    this.fail('TOO_MANY_MESSAGES', 'More than 1 MiB came within a second; send less.');
    return false;
  }

  /** Takes a message of the client. */
  onMessage(message: Message): void {
    if (this.state === 'closed') return;
    this.lastHeardUs = this.context.clock.nowUs();
    if (this.state === 'hello') {
      if (message.type === MessageType.HELLO) this.onHello(message.body);
      else this.fail('UNEXPECTED_MESSAGE', 'The first message must be HELLO.');
    } else this.onOpenMessage(message);
  }

  /** Ends the session because the client broke the protocol. */
  onProtocolError(error: StreamerError): void {
    this.fail(error.code, error.message);
  }

  /** All that was written is out, and the channel takes bytes again. */
  onDrain(): void {
    this.controlBacklogBytes = 0;
    this.subscriptions?.pump();
  }

  /** The channel is gone. */
  onDisconnect(): void {
    this.close('the client disconnected');
  }

  /** Passes a change of a stream on; `encoded` is the STREAM message, made once for all clients. */
  onStreamChange(change: StreamChange, encoded: Buffer): void {
    if (this.state !== 'open') return;
    this.sendControl(encoded);
    if (change.event === 'appeared') this.subscriptions?.onAppeared(change.stream.id);
    if (change.event === 'removed') this.subscriptions?.onRemoved(change.stream.id);
  }

  /** Says goodbye and closes. */
  bye(code: ErrorCode, message: string): void {
    if (this.state === 'closed') return;
    this.channel.end(encodeBye({ code, message }), code);
    this.close(message);
  }

  private onHello(hello: Hello): void {
    try {
      this.open(hello);
    } catch (error) {
      if (!(error instanceof StreamerError)) throw error;
      this.fail(error.code, error.message);
    }
  }

  private open(hello: Hello): void {
    const { hub, clients, checkToken, clock, transport, benchRoom: room } = this.context;
    if (hello.version !== PROTOCOL_VERSION) {
      throw new StreamerError('BAD_VERSION', `This server speaks version ${PROTOCOL_VERSION}, not ${hello.version}.`);
    }
    const role = checkToken(hello.token, addressOf(this.channel.peer));
    if (role === null)
      throw new StreamerError(
        'BAD_TOKEN',
        'The token is missing or wrong; give the one that the server was started with.',
      );
    const budget = clientBudget(this.context.maxClientBytesPerSecond, clock);
    const subscriptions = new Subscriptions(hello.subscriptions, hub, this.channel, budget, (bytes) =>
      this.onTooFarBehind(bytes),
    );
    const sessionId = randomUUID();
    const { peer } = this.channel;
    const record = {
      ...{ id: sessionId, name: hello.name, peer, transport, connectedAtUs: clock.nowUs() },
      streams: () => subscriptions.list(),
      disconnect: this.bye.bind(this),
    };
    if (!clients.admit(record)) throw new StreamerError('SERVER_FULL', FULL);
    this.record = record;
    this.subscriptions = subscriptions;
    this.state = 'open';
    const client = { clientName: hello.name, isAdmin: role === 'admin' };
    if (room) this.bench = new BenchLink({ ...client, room, channel: this.channel, clock, session: this });
    this.context.logger.info({ client: hello.name, peer, clients: clients.count }, 'client connected');
    this.sendWelcome(sessionId, subscriptions);
    this.sendReasons();
    this.cancelTimer();
    this.keepAlive();
    subscriptions.begin();
  }

  private sendWelcome(sessionId: string, subscriptions: Subscriptions): void {
    const streams = this.context.hub.list().map((stream) => stream.info());
    const subscribed = subscriptions.streamIds;
    const features = this.bench ? [BENCH_FEATURE] : undefined;
    const welcome = { version: PROTOCOL_VERSION, sessionId, statsIntervalMs: STATS_INTERVAL_MS, streams, subscribed };
    this.channel.send(encodeWelcome({ ...welcome, features }));
  }

  /** WELCOME has the state of each stream, and no room for why it is in it. */
  private sendReasons(): void {
    for (const stream of this.context.hub.list()) {
      const { reason } = stream;
      if (reason) this.channel.send(encodeStream({ event: 'changed', stream: stream.info(), reason }));
    }
  }

  private onOpenMessage(message: Message): void {
    switch (message.type) {
      case MessageType.ACK:
        if (!this.subscriptions?.acknowledge(message.streamId, message.sequence)) {
          this.fail(
            'BAD_MESSAGE',
            `ACK names frame ${message.sequence} of stream ${message.streamId}, which was not sent.`,
          );
        }
        return;
      case MessageType.PING:
        this.sendControl(encodePong(message.t0Us, this.lastHeardUs, this.context.clock.nowUs()));
        return;
      case MessageType.PONG:
        this.onPong(message.t0Us);
        return;
      case MessageType.STATS:
        if (this.record) this.context.clients.report(this.record, message.body);
        return;
      case MessageType.BENCH:
        this.onBench(message.body);
        return;
      case MessageType.BYE:
        this.channel.end(null, null);
        this.close('the client said goodbye');
        return;
      default:
        this.fail('UNEXPECTED_MESSAGE', 'A second HELLO came; a session has one.');
    }
  }

  private onBench(body: BenchBody): void {
    if (!this.bench) return;
    try {
      this.bench.onMessage(body);
    } catch (error) {
      if (!(error instanceof StreamerError)) throw error;
      this.fail(error.code, error.message);
    }
  }

  /** Only a ping that was really sent counts, so that nobody can pretend to a round trip. */
  private onPong(t0Us: number): void {
    if (t0Us !== this.pingT0Us) return;
    this.pingT0Us = null;
    this.subscriptions?.onRoundTrip(this.lastHeardUs - t0Us);
  }

  private keepAlive(): void {
    const nowUs = this.context.clock.nowUs();
    if (nowUs - this.lastHeardUs >= IDLE_TIMEOUT_US) {
      this.fail('IDLE_TIMEOUT', 'Nothing came for 60 seconds; send a PING now and then.');
      return;
    }
    this.pingT0Us = nowUs;
    this.sendControl(encodePing(nowUs));
    if (this.state === 'open') this.cancelTimer = this.context.clock.schedule(PING_INTERVAL_US, () => this.keepAlive());
  }

  /** A client that asks and never reads must not make us keep its answers. */
  sendControl(message: Buffer): void {
    this.controlBacklogBytes = this.channel.backlogBytes() === 0 ? 0 : this.controlBacklogBytes + message.length;
    if (this.controlBacklogBytes > MAX_CONTROL_BACKLOG_BYTES) {
      this.fail('TOO_FAR_BEHIND', 'Too many messages wait unread; read faster.');
    } else this.channel.send(message);
  }

  private onTooFarBehind(bytesBehind: number): void {
    const megabytes = Math.round(bytesBehind / 1_000_000);
    this.fail(
      'TOO_FAR_BEHIND',
      `The client is ${megabytes} MB behind; use policy latest or queue:N, or a faster link.`,
    );
  }

  private fail(code: ErrorCode, message: string): void {
    if (this.state === 'closed') return;
    this.channel.end(encodeError({ code, message }), code);
    this.close(message, code);
  }

  private close(reason: string, code?: ErrorCode): void {
    if (this.state === 'closed') return;
    const wasOpen = this.state === 'open';
    this.state = 'closed';
    this.cancelTimer();
    // What it was sent is counted when it goes, so its subscriptions end after that.
    if (this.record) this.context.clients.remove(this.record);
    this.subscriptions?.end();
    this.bench?.end();
    const fields = { ...(this.record && { client: this.record.name }), peer: this.channel.peer, ...(code && { code }) };
    const { logger } = this.context;
    if (wasOpen) logger.info({ ...fields, reason }, 'client gone');
    else if (code) {
      this.refusals.run(code, (suppressed) => logger.warn({ ...fields, reason, suppressed }, 'client refused'));
    }
    this.onClosed();
  }
}
