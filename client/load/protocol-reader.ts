import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { encodeAck, encodeBye, encodePing, encodePong } from '../../shared/protocol/codec.js';
import { FrameFlag, MessageType } from '../../shared/protocol/messages.js';
import type { FrameHeader, Message, StreamChange, StreamInfo, Welcome } from '../../shared/protocol/messages.js';
import { Acknowledger } from '../../shared/receiver/acknowledger.js';
import type { ClockReading } from '../../shared/receiver/observation.js';
import type { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import type { ConnectionListener, Link } from '../connection.js';
import { farewellOf } from '../farewell.js';
import type { Farewell } from '../farewell.js';
import { isWholeJpeg } from '../whole-jpeg.js';
import type { SkimmedFrame } from './frame-skimmer.js';
import type { LoadConnection, LoadSink } from './load-source.js';
import { ProtocolFrame } from './protocol-frame.js';
import type { ClockMember } from './server-clock.js';
import type { ClockOfServer, ServerClocks } from './server-clocks.js';

/** A link whose end can be waited for. */
export interface Wire extends Link {
  whenGone(): Promise<void>;
}

/** Begins to connect. Frames come to the one or the other, whole ones as messages. */
export type OpenWire = (
  listener: ConnectionListener,
  onFrame: (frame: SkimmedFrame, receivedTimeUs: number) => void,
) => Wire;

/** Where a session is in a stream; it lives longer than a connection, so that an outage shows as lost frames. */
export interface StreamPlace {
  startTimeUs: number | null;
  readonly sequence: SequenceTracker;
}

/** What a reader needs. */
export interface ProtocolReaderParts {
  readonly clock: Clock;
  readonly clocks: ServerClocks;
  /** How the clocks call the server. */
  readonly address: string;
  readonly hello: Buffer;
  readonly place: StreamPlace;
  /** Called once, when the connection is over. */
  readonly onOver: () => void;
}

/** Frames that wait for the clock to settle; when there are more, they are told without a capture time. */
const MAX_HELD = 1024;
/** Without a word for so long a connection asks; the link gives it up after ten seconds. */
const QUIET_US = 3_000_000;
/** A server that only pings would never be silent. */
const WELCOME_LIMIT_US = 10_000_000;
/** A server gives up a client that said nothing for a minute. */
const SPEAK_EVERY_US = 15_000_000;

interface HeldFrame extends SkimmedFrame {
  readonly arrivalTimeUs: number;
}

/** One connection of a load session with our own protocol, over whatever carries it: reads one stream and acknowledges. */
export class ProtocolReader implements LoadConnection, ClockMember {
  private readonly wire: Wire;
  private readonly frame = new ProtocolFrame();
  private acknowledger: Acknowledger | null = null;
  private streamId: number | null = null;
  private server: ClockOfServer | null = null;
  private held: HeldFrame[] = [];
  private farewell: Farewell | null = null;
  private readonly openedUs: number;
  private heardUs: number;
  private spokenUs: number;
  private isOver = false;

  constructor(
    openWire: OpenWire,
    private readonly sink: LoadSink,
    private readonly parts: ProtocolReaderParts,
  ) {
    this.openedUs = this.heardUs = this.spokenUs = parts.clock.nowUs();
    const listener = {
      onOpen: () => this.send(parts.hello),
      onMessage: (message: Message, receivedTimeUs: number) => this.onMessage(message, receivedTimeUs),
      onClose: (error: StreamerError | null) => this.onClose(error),
    };
    this.wire = openWire(listener, (frame, receivedTimeUs) => this.onFrame(frame, receivedTimeUs));
  }

  close(): Promise<void> {
    if (!this.isOver) this.sayGoodbye();
    return this.wire.whenGone();
  }

  /** Asks the server for a sign of life where that is due, or gives it up; call it about every second. */
  keepAlive(nowUs: number): void {
    if (this.server === null) return this.awaitWelcome(nowUs);
    if (nowUs - this.heardUs >= QUIET_US || nowUs - this.spokenUs >= SPEAK_EVERY_US) this.sendPing(nowUs);
  }

  sendPing(t0Us: number): void {
    this.send(encodePing(t0Us));
  }

  onClockSettled(): void {
    this.flush();
  }

  /** Tells the frames that wait for the clock. */
  flush(): void {
    const { held } = this;
    this.held = [];
    const clock = this.server?.clock;
    for (const frame of held) this.tell(frame, frame.arrivalTimeUs, clock?.estimate(frame.arrivalTimeUs) ?? null);
  }

  private awaitWelcome(nowUs: number): void {
    if (nowUs - this.openedUs < WELCOME_LIMIT_US || this.isOver) return;
    this.farewell ??= new StreamerError('CONNECT_TIMEOUT', 'The server did not welcome the session within 10 seconds.');
    this.sayGoodbye();
  }

  private send(message: Buffer): void {
    this.spokenUs = this.parts.clock.nowUs();
    this.wire.send(message);
  }

  private onMessage(message: Message, receivedTimeUs: number): void {
    this.heardUs = receivedTimeUs;
    switch (message.type) {
      case MessageType.FRAME:
        return this.onFrame(skimmed(message.header, message.jpeg), receivedTimeUs);
      case MessageType.PONG:
        return this.server?.clock.onPong(this, message.t0Us, message.t1Us, message.t2Us, receivedTimeUs);
      case MessageType.PING:
        return this.send(encodePong(message.t0Us, receivedTimeUs, this.parts.clock.nowUs()));
      case MessageType.SKIPPED:
        if (message.streamId === this.streamId) this.parts.place.sequence.onSkipped(message.first, message.last);
        return;
      case MessageType.CREDIT:
        if (message.streamId === this.streamId) this.acknowledger?.onCredit(message.ackEvery);
        return;
      case MessageType.WELCOME:
        return this.onWelcome(message.body);
      case MessageType.STREAM:
        return this.onStream(message.body);
      case MessageType.ERROR:
      case MessageType.BYE:
        // Whoever hears a goodbye closes, without an answer: a server that only pings would never be silent.
        this.farewell = farewellOf(message);
        return this.wire.close(null);
      default:
        return;
    }
  }

  private onWelcome({ streams, subscribed }: Welcome): void {
    if (this.server || this.farewell) return;
    const [id] = subscribed;
    const stream = streams.find((candidate) => candidate.id === id);
    if (id === undefined || !stream) {
      this.farewell = new StreamerError('CONNECT_FAILED', 'The server takes the session, but has no stream for it.');
      return this.sayGoodbye();
    }
    this.streamId = id;
    this.acknowledger = new Acknowledger((sequence) => this.send(encodeAck(id, sequence)));
    this.server = this.parts.clocks.take(this.parts.address, stream.name, stream.startTimeUs);
    this.onInfo(stream);
    this.server.clock.join(this);
  }

  private onStream({ event, stream, reason }: StreamChange): void {
    if (stream.id !== this.streamId) return;
    if (event === 'removed') {
      this.farewell = new StreamerError('STREAM_REMOVED', reason?.message ?? `The stream ${stream.name} was removed.`);
      this.sayGoodbye();
    } else if (event === 'ended') {
      this.farewell = 'ended';
      this.sayGoodbye();
    } else this.onInfo(stream);
  }

  /** Another start time is another time line, in which nothing is lost that belonged to the one before. */
  private onInfo({ fps, startTimeUs }: StreamInfo): void {
    const { place } = this.parts;
    if (place.startTimeUs !== startTimeUs) place.sequence.restart();
    place.startTimeUs = startTimeUs;
    this.sink.onFacts({ nominalFps: fps > 0 ? fps : null, latencySource: 'protocol', canTellLost: true });
  }

  private onFrame(frame: SkimmedFrame, receivedTimeUs: number): void {
    this.heardUs = receivedTimeUs;
    const { header } = frame;
    if (this.isOver || header.streamId !== this.streamId || !this.server) return;
    this.acknowledger?.onFrame(header.sequence);
    // It was not on its way all that time.
    if ((header.flags & FrameFlag.KEPT) !== 0) return;
    const { clock } = this.server;
    if (clock.isSettled && this.held.length === 0)
      return this.tell(frame, receivedTimeUs, clock.reading(receivedTimeUs));
    this.held.push({ ...frame, arrivalTimeUs: receivedTimeUs });
    if (this.held.length > MAX_HELD) this.flush();
  }

  private tell(
    { header, jpegBytes, isWhole }: SkimmedFrame,
    arrivalTimeUs: number,
    reading: ClockReading | null,
  ): void {
    const gap = this.parts.place.sequence.onFrame(header.sequence);
    if (!gap) return;
    const { sink } = this;
    if (gap.lost > 0) sink.onLost(gap.lost);
    if (gap.skipped > 0) sink.onSkipped(gap.skipped);
    if (!isWhole) sink.onCorrupt();
    sink.onFrame(this.frame.set(header, jpegBytes, arrivalTimeUs, reading));
  }

  private sayGoodbye(): void {
    this.wire.close(encodeBye({ code: 'CLIENT_CLOSING', message: 'The client is done.' }));
  }

  private onClose(closeError: StreamerError | null): void {
    this.flush();
    this.isOver = true;
    this.server?.clock.leave(this);
    this.server?.release();
    this.parts.onOver();
    const error = this.farewell instanceof StreamerError ? this.farewell : closeError;
    this.sink.onClosed(this.farewell === 'ended' ? null : error);
  }
}

function skimmed(header: FrameHeader, jpeg: Buffer): SkimmedFrame {
  return { header, jpegBytes: jpeg.length, isWhole: isWholeJpeg(jpeg) };
}
