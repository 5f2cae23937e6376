import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { isBenchRequest, MAX_BENCH_MESSAGES_PER_SECOND } from '../../shared/protocol/bench-messages.js';
import type { BenchBody, BenchNotice } from '../../shared/protocol/bench-messages.js';
import { encodeBench } from '../../shared/protocol/codec.js';
import type { BenchPeer } from '../bench/bench-peer.js';
import type { BenchRoom } from '../bench/bench-room.js';
import type { Channel } from './channel.js';
import { TrafficLimit } from './traffic-limit.js';

/** Progress and lists of devices wait for, or are not sent to, a client with so much unread. */
const BEHIND_BYTES = 64 * 1024;

/** What the part of a session in benchmarks takes from it. */
export interface BenchLinkParts {
  readonly clientName: string;
  readonly isAdmin: boolean;
  readonly room: BenchRoom;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly session: {
    /** Sends a message that counts as one the client asked for. */
    sendControl(message: Buffer): void;
    /** Ends the session because of the client. */
    onProtocolError(error: StreamerError): void;
  };
}

/** The part that one session takes in benchmarks. */
export class BenchLink implements BenchPeer {
  private readonly rate: TrafficLimit;
  private isOpen = true;
  private resultBytes = 0;

  constructor(private readonly parts: BenchLinkParts) {
    this.rate = new TrafficLimit(MAX_BENCH_MESSAGES_PER_SECOND, parts.clock);
  }

  get clientName(): string {
    return this.parts.clientName;
  }

  get isAdmin(): boolean {
    return this.parts.isAdmin;
  }

  get isBehind(): boolean {
    return this.parts.channel.backlogBytes() > BEHIND_BYTES;
  }

  get unreadResultBytes(): number {
    return Math.min(this.resultBytes, this.parts.channel.backlogBytes());
  }

  /** @throws {StreamerError} TOO_MANY_MESSAGES, BAD_MESSAGE for what only a server says. */
  onMessage(body: BenchBody): void {
    if (!this.rate.admits(1)) {
      const text = `More than ${MAX_BENCH_MESSAGES_PER_SECOND} BENCH messages came within a second; send less.`;
      throw new StreamerError('TOO_MANY_MESSAGES', text);
    }
    if (!isBenchRequest(body)) throw new StreamerError('BAD_MESSAGE', 'BENCH.kind is one that only a server sends.');
    this.parts.room.onRequest(this, body);
  }

  send(notice: BenchNotice): void {
    if (!this.isOpen) return;
    const message = encodeBench(notice);
    // Results come all at once, and are as many as devices: whoever asked for them is given time to read them.
    // The room limits how much of them waits.
    if (notice.kind === 'deviceResult') this.sendResult(message);
    else this.parts.session.sendControl(message);
  }

  endBehind(): void {
    const error = new StreamerError('TOO_FAR_BEHIND', 'Results of a benchmark wait unread; read faster.');
    this.parts.session.onProtocolError(error);
  }

  /** The session is over. */
  end(): void {
    this.isOpen = false;
    this.parts.room.onGone(this);
  }

  private sendResult(message: Buffer): void {
    const { channel } = this.parts;
    // What waited before has been read where nothing waits.
    this.resultBytes = (channel.backlogBytes() === 0 ? 0 : this.resultBytes) + message.length;
    channel.send(message);
  }
}
