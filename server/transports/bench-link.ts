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

/** The part that one session takes in benchmarks. */
export class BenchLink implements BenchPeer {
  private readonly rate: TrafficLimit;
  private isOpen = true;

  /** @param sendControl sends a message that counts as one the client asked for */
  constructor(
    readonly clientName: string,
    private readonly room: BenchRoom,
    private readonly channel: Channel,
    clock: Clock,
    private readonly sendControl: (message: Buffer) => void,
  ) {
    this.rate = new TrafficLimit(MAX_BENCH_MESSAGES_PER_SECOND, clock);
  }

  get isBehind(): boolean {
    return this.channel.backlogBytes() > BEHIND_BYTES;
  }

  /** @throws {StreamerError} TOO_MANY_MESSAGES, BAD_MESSAGE for what only a server says. */
  onMessage(body: BenchBody): void {
    if (!this.rate.admits(1)) {
      const text = `More than ${MAX_BENCH_MESSAGES_PER_SECOND} BENCH messages came within a second; send less.`;
      throw new StreamerError('TOO_MANY_MESSAGES', text);
    }
    if (!isBenchRequest(body)) throw new StreamerError('BAD_MESSAGE', 'BENCH.kind is one that only a server sends.');
    this.room.onRequest(this, body);
  }

  send(notice: BenchNotice): void {
    if (!this.isOpen) return;
    const message = encodeBench(notice);
    // Results come all at once, and are as many as devices: whoever asked for them is given time to read them.
    if (notice.kind === 'deviceResult') this.channel.send(message);
    else this.sendControl(message);
  }

  /** The session is over. */
  end(): void {
    this.isOpen = false;
    this.room.onGone(this);
  }
}
