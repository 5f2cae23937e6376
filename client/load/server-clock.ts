import type { CancelTimer, Clock } from '../../shared/clock.js';
import { ClockSync } from '../../shared/protocol/clock-sync.js';
import type { ClockEstimate } from '../../shared/protocol/clock-sync.js';
import { ClockWatch } from '../../shared/protocol/clock-watch.js';
import { ClockSettling } from '../../shared/receiver/clock-settling.js';
import type { ClockReading } from '../../shared/receiver/observation.js';

/** A connection that a server's clock can be asked over. */
export interface ClockMember {
  sendPing(t0Us: number): void;
  /** The estimate will not become much better soon. */
  onClockSettled(): void;
}

/** An answer that takes longer is not waited for; the next connection is asked. */
const PONG_TIMEOUT_US = 2_000_000;
/** A reading is used for so long, in which the clocks drift apart by less than this. */
const READ_EVERY_US = 1000;
const DRIFT_ERROR_US = 1;

/**
 * The clock of one server process, as all connections of this thread to it know it. They share both clocks, so a ping
 * over any of them bounds the same offset, and one estimate is as true for each as one of its own would be; what 500
 * connections would ask for 500 times is asked once, over one connection after the other.
 */
export class ServerClock {
  private readonly sync = new ClockSync();
  private readonly watch: ClockWatch;
  private readonly settling = new ClockSettling();
  private readonly members: ClockMember[] = [];
  private next = 0;
  private asked: { readonly member: ClockMember; readonly t0Us: number } | null = null;
  private cancelTimer: CancelTimer = () => undefined;
  private settled = false;
  private readonly lately = { atUs: -Infinity, offsetUs: 0, errorUs: 0 };

  constructor(private readonly clock: Clock) {
    this.watch = new ClockWatch(clock);
  }

  /** Whether the first, coarse readings are over. */
  get isSettled(): boolean {
    return this.settled;
  }

  /** Connections that share it. */
  get size(): number {
    return this.members.length;
  }

  join(member: ClockMember): void {
    this.members.push(member);
    if (this.members.length === 1) this.ping();
  }

  leave(member: ClockMember): void {
    const index = this.members.indexOf(member);
    if (index < 0) return;
    this.members.splice(index, 1);
    if (this.members.length === 0) this.cancelTimer();
    else if (this.asked?.member === member) this.ping();
  }

  /** Takes an answer; one to no ping of ours is ignored. */
  onPong(member: ClockMember, t0Us: number, t1Us: number, t2Us: number, t3Us: number): void {
    if (this.watch.check()) return this.startOver();
    if (this.asked?.member !== member || this.asked.t0Us !== t0Us) return;
    this.asked = null;
    this.sync.addSample({ t0Us, t1Us, t2Us, t3Us });
    this.lately.atUs = -Infinity;
    this.cancelTimer();
    this.cancelTimer = this.clock.schedule(this.sync.nextPingDelayUs(), () => this.ping());
    this.settle(t3Us);
  }

  /**
   * What is known of the present: a crowd gets its frames at the same moment, so one estimate is for all that come within
   * a millisecond. The object is the same each time.
   */
  reading(nowUs: number): ClockReading | null {
    if (this.watch.check()) this.startOver();
    const { lately } = this;
    if (Math.abs(nowUs - lately.atUs) < READ_EVERY_US) return lately;
    const estimate = this.estimate(nowUs);
    if (!estimate) return null;
    lately.atUs = nowUs;
    lately.offsetUs = estimate.offsetUs;
    lately.errorUs = estimate.errorUs + DRIFT_ERROR_US;
    return lately;
  }

  /** What is known of a moment near now, also one that is past; null before the first answer. */
  estimate(atUs: number): ClockEstimate | null {
    if (this.watch.check()) this.startOver();
    return this.sync.estimate(atUs);
  }

  private ping(): void {
    this.cancelTimer();
    const member = this.members[this.next % Math.max(1, this.members.length)];
    if (!member) return;
    this.next += 1;
    const t0Us = this.clock.nowUs();
    this.asked = { member, t0Us };
    this.cancelTimer = this.clock.schedule(PONG_TIMEOUT_US, () => this.ping());
    member.sendPing(t0Us);
  }

  private settle(nowUs: number): void {
    const estimate = this.sync.estimate(nowUs);
    if (this.settled || !estimate) return;
    this.settling.onReading(nowUs, estimate.errorUs);
    if (!this.settling.isSettledAt(nowUs)) return;
    this.settled = true;
    for (const member of [...this.members]) member.onClockSettled();
  }

  /** The machine slept, and what was under way would lie. */
  private startOver(): void {
    this.sync.reset();
    this.settling.restart();
    this.settled = false;
    this.lately.atUs = -Infinity;
    this.ping();
  }
}
