import { DEFAULT_CLOCK_SYNC } from '../protocol/clock-sync.js';
import { ClockSettling } from './clock-settling.js';
import type { ClockReading, FrameObservation } from './observation.js';

/** Frames held at most. More are not waited for; when there is still no reading, they are given up. */
const MAX_HELD = 1024;

/** Receives each frame with the clock reading to use for it (see `ClockReading`), in the order of arrival. */
export type SettledFrameListener = (frame: FrameObservation, offsetUs: number, errorUs: number) => void;

/**
 * Holds the first frames of a connection until the clock estimate has settled, and then passes them on with the better
 * of two readings: the one they came with, and the settled one with the drift of the time in between added to its
 * error. So the first, coarse pings neither cost a frame its latency nor widen the error of the whole run.
 */
export class SettlingClock {
  private held: FrameObservation[] = [];
  private settled = false;
  private readonly settling = new ClockSettling();
  private latest: { readonly atUs: number; readonly clock: ClockReading } | null = null;

  constructor(private readonly listener: SettledFrameListener) {}

  /** Whether frames wait here. */
  get holding(): boolean {
    return this.held.length > 0;
  }

  onFrame(frame: FrameObservation): void {
    const { receiveTimeUs, offsetUs, errorUs } = frame;
    if (offsetUs === null || errorUs === null) {
      // An estimate is only lost when a clock stepped, so what comes next has to settle again.
      if (this.latest) this.restart();
      this.held.push(frame);
    } else if (this.settled) {
      this.listener(frame, offsetUs, errorUs);
    } else {
      this.held.push(frame);
      this.onReading(receiveTimeUs, { offsetUs, errorUs });
    }
    if (this.held.length > MAX_HELD) this.flush();
    this.advance(receiveTimeUs);
  }

  /** Passes the held frames on when the clock has settled by `nowUs`. */
  advance(nowUs: number): void {
    if (!this.settled && this.settling.isSettledAt(nowUs)) this.flush();
  }

  /** Passes the held frames on with the best readings there are; without any they are given up. */
  flush(): void {
    this.settled = this.latest !== null;
    const frames = this.held;
    this.held = [];
    for (const frame of frames) this.passOn(frame);
  }

  /** Forgets the held frames. */
  drop(): void {
    this.held = [];
  }

  /** Flushes and begins to wait again, because the connection is new or a clock stepped. */
  restart(): void {
    this.flush();
    this.settled = false;
    this.latest = null;
    this.settling.restart();
  }

  private onReading(atUs: number, clock: ClockReading): void {
    this.latest = { atUs, clock };
    this.settling.onReading(atUs, clock.errorUs);
  }

  private passOn(frame: FrameObservation): void {
    if (!this.latest) return;
    const { atUs, clock } = this.latest;
    const driftUs = (Math.abs(atUs - frame.receiveTimeUs) * DEFAULT_CLOCK_SYNC.maxDriftPpm) / 1e6;
    const latestErrorUs = clock.errorUs + Math.ceil(driftUs);
    const { offsetUs, errorUs } = frame;
    if (offsetUs !== null && errorUs !== null && errorUs <= latestErrorUs) this.listener(frame, offsetUs, errorUs);
    else this.listener(frame, clock.offsetUs, latestErrorUs);
  }
}
