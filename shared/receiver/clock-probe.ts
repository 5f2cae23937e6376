import type { CancelTimer, Clock } from '../clock.js';
import { ClockSync, DEFAULT_CLOCK_SYNC } from '../protocol/clock-sync.js';
import type { ClockEstimate } from '../protocol/clock-sync.js';
import { ClockWatch, DEFAULT_THRESHOLD_US } from '../protocol/clock-watch.js';

/**
 * Pings the server of one connection and keeps the estimate of its clock. One ping is under way at a time. `send` sends
 * a PING; `resolutionUs` is how far a reading of our clock can be from the truth.
 */
export class ClockProbe {
  private readonly sync: ClockSync;
  private readonly watch: ClockWatch;
  private pingT0Us: number | null = null;
  private cancelPing: CancelTimer;

  constructor(
    private readonly clock: Clock,
    private readonly send: (t0Us: number) => void,
    resolutionUs = DEFAULT_CLOCK_SYNC.ourResolutionUs,
  ) {
    this.sync = new ClockSync({ ourResolutionUs: resolutionUs });
    this.watch = new ClockWatch(clock, DEFAULT_THRESHOLD_US + 4 * resolutionUs);
    this.cancelPing = () => undefined;
    this.ping();
  }

  /** What is known at `nowUs`; null before the first answer, and after the machine slept until the next one. */
  estimate(nowUs: number): ClockEstimate | null {
    if (this.watch.check()) this.startOver();
    return this.sync.estimate(nowUs);
  }

  /** Takes the server's answer: `t1Us`, `t2Us` by its clock, `t3Us` by ours. Answers to no ping of ours are ignored. */
  onPong(t0Us: number, t1Us: number, t2Us: number, t3Us: number): void {
    if (this.watch.check()) return this.startOver();
    if (t0Us !== this.pingT0Us) return;
    this.pingT0Us = null;
    this.sync.addSample({ t0Us, t1Us, t2Us, t3Us });
    this.cancelPing = this.clock.schedule(this.sync.nextPingDelayUs(), () => this.ping());
  }

  stop(): void {
    this.cancelPing();
    this.pingT0Us = null;
  }

  /** A ping that was under way while the machine slept would lie, so a new one takes its place. */
  private startOver(): void {
    this.sync.reset();
    this.cancelPing();
    this.ping();
  }

  private ping(): void {
    this.pingT0Us = this.clock.nowUs();
    this.send(this.pingT0Us);
  }
}
