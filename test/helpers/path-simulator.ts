import type { Clock } from '../../shared/clock.js';
import type { ClockSync } from '../../shared/protocol/clock-sync.js';
import { ClockWatch } from '../../shared/protocol/clock-watch.js';

/** Uniform in [0, 1), the same sequence for the same seed. */
export type Random = () => number;

/** Time a message takes, in microseconds, when it is sent at `atUs` of simulated time. */
export type Delay = (random: Random, atUs: number) => number;

/** A machine that sleeps: its clock stands still and it neither sends nor answers. */
export interface Sleep {
  readonly who: 'us' | 'server';
  readonly fromUs: number;
  readonly durationUs: number;
}

/** Two machines and the path between them. Simulated time starts at 0 and is what our clock shows while awake. */
export interface Path {
  readonly seed: number;
  readonly offsetUs?: number;
  /** How much faster the server's clock runs than ours; `wander` adds a slow wave, `steer` a change at one moment. */
  readonly driftPpm?: number;
  readonly wander?: { readonly amplitudePpm: number; readonly periodUs: number };
  readonly steer?: { readonly fromUs: number; readonly byPpm: number };
  readonly toServer: Delay;
  readonly toUs: Delay;
  /** Time the server holds a ping. */
  readonly hold?: Delay;
  /** Share of the pings that are never answered. */
  readonly loss?: number;
  /** What the clocks are rounded to. */
  readonly ourTickUs?: number;
  readonly serverTickUs?: number;
  readonly sleeps?: readonly Sleep[];
  /** Nobody looks whether we slept. */
  readonly unwatched?: boolean;
}

/** What is true at one moment, to hold against the estimate. */
export interface Check {
  /** Simulated time since the start. */
  readonly atUs: number;
  /** Our reading at that moment. */
  readonly nowUs: number;
  readonly trueOffsetUs: number;
}

interface Pong {
  readonly arrivalUs: number;
  readonly t0Us: number;
  readonly t1Us: number;
  readonly t2Us: number;
}

const EPOCH_US = 1_700_000_000_000_000;

/** xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
export function seededRandom(seed: number): Random {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Runs a `ClockSync` over a simulated path, the way a session does: pings as it plans, and a reset after a sleep. */
export class PathSimulator {
  private readonly random: Random;
  private readonly pongs: Pong[] = [];
  private readonly watch: ClockWatch;
  private atUs = 0;
  private nextPingUs = 0;
  private serverFreeUs = 0;
  private pathFreeUs = 0;

  constructor(
    private readonly path: Path,
    private readonly sync: ClockSync,
  ) {
    this.random = seededRandom(path.seed);
    this.watch = new ClockWatch(this.clock());
  }

  /**
   * Calls `check` every `everyUs` from the present to `untilUs` of simulated time, as frames would come: not while one
   * of the machines sleeps. Pings go on in between.
   */
  run(untilUs: number, everyUs: number, check: (check: Check) => void): void {
    for (let checkUs = this.atUs; checkUs < untilUs; checkUs += everyUs) {
      this.advance(checkUs);
      if (this.asleep('us', checkUs) || this.asleep('server', checkUs)) continue;
      this.wake();
      const trueOffsetUs = this.serverClock(checkUs) - this.ourClock(checkUs);
      check({ atUs: checkUs, nowUs: this.ourReading(checkUs), trueOffsetUs });
    }
    this.advance(untilUs);
  }

  private advance(untilUs: number): void {
    for (;;) {
      const arrivalUs = this.whenAwake('us', this.pongs[0]?.arrivalUs ?? Infinity);
      const pingUs = this.whenAwake('us', this.nextPingUs);
      if (Math.min(arrivalUs, pingUs) > untilUs) break;
      this.atUs = Math.min(arrivalUs, pingUs);
      this.wake();
      if (arrivalUs <= pingUs) this.receive();
      else this.send();
    }
    this.atUs = untilUs;
  }

  private wake(): void {
    if (this.path.unwatched || !this.watch.check()) return;
    this.sync.reset();
    this.pongs.length = 0;
    this.nextPingUs = this.atUs;
  }

  private send(): void {
    this.nextPingUs = this.atUs + this.sync.nextPingDelayUs();
    if (this.random() < (this.path.loss ?? 0)) return;
    // A TCP connection keeps the order, so nothing overtakes what was sent before.
    const atServerUs = Math.max(this.serverFreeUs, this.atUs + this.path.toServer(this.random, this.atUs));
    const receivedUs = this.whenAwake('server', atServerUs);
    const answeredUs = this.whenAwake('server', receivedUs + (this.path.hold?.(this.random, receivedUs) ?? 5));
    const arrivalUs = Math.max(this.pathFreeUs, answeredUs + this.path.toUs(this.random, answeredUs));
    this.serverFreeUs = answeredUs;
    this.pathFreeUs = arrivalUs;
    const t0Us = this.ourReading(this.atUs);
    this.pongs.push({ arrivalUs, t0Us, t1Us: this.serverReading(receivedUs), t2Us: this.serverReading(answeredUs) });
  }

  private receive(): void {
    const pong = this.pongs.shift();
    if (!pong) return;
    this.sync.addSample({ t0Us: pong.t0Us, t1Us: pong.t1Us, t2Us: pong.t2Us, t3Us: this.ourReading(this.atUs) });
  }

  private ourClock(atUs: number): number {
    return EPOCH_US + atUs - this.slept('us', atUs);
  }

  private serverClock(atUs: number): number {
    const awakeUs = atUs - this.slept('server', atUs);
    return EPOCH_US + (this.path.offsetUs ?? 0) + awakeUs + this.driftedUs(awakeUs) / 1e6;
  }

  /** What the drifts, in parts per million, have come to. */
  private driftedUs(awakeUs: number): number {
    const { driftPpm = 0, wander, steer } = this.path;
    const turn = wander ? wander.periodUs / (2 * Math.PI) : 0;
    const wanderedUs = wander ? wander.amplitudePpm * turn * (1 - Math.cos(awakeUs / turn)) : 0;
    const steeredUs = steer ? steer.byPpm * Math.max(0, awakeUs - steer.fromUs) : 0;
    return driftPpm * awakeUs + wanderedUs + steeredUs;
  }

  private ourReading(atUs: number): number {
    return toTick(this.ourClock(atUs), this.path.ourTickUs ?? 1);
  }

  private serverReading(atUs: number): number {
    return toTick(this.serverClock(atUs), this.path.serverTickUs ?? 1);
  }

  private slept(who: Sleep['who'], atUs: number): number {
    return this.sleepsOf(who).reduce(
      (sum, { fromUs, durationUs }) => sum + Math.min(durationUs, Math.max(0, atUs - fromUs)),
      0,
    );
  }

  private asleep(who: Sleep['who'], atUs: number): boolean {
    return this.whenAwake(who, atUs) > atUs;
  }

  private whenAwake(who: Sleep['who'], atUs: number): number {
    const sleep = this.sleepsOf(who).find(({ fromUs, durationUs }) => atUs >= fromUs && atUs < fromUs + durationUs);
    return sleep ? sleep.fromUs + sleep.durationUs : atUs;
  }

  private sleepsOf(who: Sleep['who']): readonly Sleep[] {
    return (this.path.sleeps ?? []).filter((sleep) => sleep.who === who);
  }

  private clock(): Clock {
    return {
      nowUs: () => this.ourReading(this.atUs),
      wallUs: () => toTick(EPOCH_US + this.atUs, 1000),
      schedule: () => {
        throw new Error('the simulated clock has no timers');
      },
    };
  }
}

function toTick(timeUs: number, tickUs: number): number {
  return Math.floor(timeUs / tickUs) * tickUs;
}
