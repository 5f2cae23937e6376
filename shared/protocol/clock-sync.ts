import { OffsetModel, type OffsetModelOptions } from './offset-model.js';

/**
 * The four time stamps of one ping (RFC 5905, section 8), in microseconds: we sent at `t0Us` and had the answer at
 * `t3Us` in our clock; the server received at `t1Us` and answered at `t2Us` in its clock.
 */
export interface PingSample {
  readonly t0Us: number;
  readonly t1Us: number;
  readonly t2Us: number;
  readonly t3Us: number;
}

/** What is known about the server's clock at one moment. */
export interface ClockEstimate {
  /** Server clock minus our clock, in whole microseconds. */
  readonly offsetUs: number;
  /** How far the truth can be from `offsetUs`; the readings of both clocks are included. */
  readonly errorUs: number;
  /** How much faster the server's clock runs than ours: the middle of what is possible. */
  readonly driftPpm: number;
  /** Least and median time on the way, both directions together, of the last samples. */
  readonly rttMinUs: number;
  readonly rttP50Us: number;
  /** Samples taken in since the start, or since the clocks were last seen to step. */
  readonly samples: number;
}

export interface ClockSyncOptions extends OffsetModelOptions {
  /** A ping that took longer is refused: it would not narrow anything. */
  readonly maxRoundTripUs: number;
}

export const DEFAULT_CLOCK_SYNC: ClockSyncOptions = {
  maxDriftPpm: 300,
  wanderPpm: 5,
  windowUs: 60_000_000,
  ourResolutionUs: 1,
  serverResolutionUs: 1,
  maxRoundTripUs: 10_000_000,
};

/** When to ping: a burst for a first estimate, 15 s to bound the drift, then enough to keep it. */
const BURST_PINGS = { count: 8, delayUs: 20_000 };
const EARLY_PINGS = { count: 75, delayUs: 200_000 };
const LATER_PING_DELAY_US = 500_000;

/** Round trips kept for the median. */
const MAX_ROUND_TRIPS = 64;
/** Stamps beyond this (142 years from 1970) are refused, so that the difference of two is exact in a double. */
const MAX_STAMP_US = 2 ** 52;

/**
 * Bounds the offset between the server's clock and ours, from pings.
 *
 * No delay is negative, so each ping gives two facts: the offset at t0 was at most t1 - t0, and the offset at t3 was at
 * least t2 - t3. That is the interval of Marzullo and Owicki ("Maintaining the Time in a Distributed System", 1983);
 * its middle is the offset of RFC 5905, its half width half the delay. Between pings the offset moves along a line
 * whose slope, the drift, is bounded and nearly constant. The lines that pass below all upper and above all lower
 * bounds of the last minute form a convex polygon of (offset, drift) with the truth inside (Zhang, Liu and Xia, "Clock
 * Synchronization Algorithms for Network Measurements", INFOCOM 2002). The estimate for a moment is the middle of what
 * the polygon allows there, and the error is half its width plus what the timers leave open. Fast messages bind and
 * slow ones do not, so this is the minimum-delay filter of RFC 5905, section 10, for each direction on its own.
 *
 * When no line is left, a clock stepped (a machine slept, or the server is another one), and everything older than the
 * newest sample is forgotten.
 */
export class ClockSync {
  private readonly model: OffsetModel;
  private readonly maxRoundTripUs: number;
  private readonly minDelayUs: number;
  private readonly roundTripsUs: number[] = [];
  private newest: PingSample | null = null;
  private attempts = 0;
  private summary = { driftPpm: 0, rttMinUs: 0, rttP50Us: 0, samples: 0 };

  constructor(options: Partial<ClockSyncOptions> = {}) {
    const all = { ...DEFAULT_CLOCK_SYNC, ...options };
    this.model = new OffsetModel(all);
    this.maxRoundTripUs = all.maxRoundTripUs;
    // Each of the four readings may be off by its clock's resolution, so a delay near zero can come out negative.
    this.minDelayUs = -2 * (all.ourResolutionUs + all.serverResolutionUs);
  }

  /**
   * Takes in a sample, in the order of sending. Returns false and ignores it when it cannot be true or cannot help: a
   * stamp that is no sensible number, a clock that runs backwards, stamps of ours older than the newest sample's, a
   * negative delay (beyond what the resolution of the clocks explains), a round trip above the limit.
   */
  addSample(sample: PingSample): boolean {
    this.attempts += 1;
    if (!this.isPlausible(sample)) return false;
    if (!this.take(sample)) {
      this.reset();
      this.attempts = 1;
      this.take(sample);
    }
    return true;
  }

  /** What is known about the offset at `nowUs` in our clock, some time near the newest sample; null without samples. */
  estimate(nowUs: number): ClockEstimate | null {
    if (!this.newest) return null;
    const { offsetUs, errorUs } = this.model.at(nowUs);
    const { driftPpm, rttMinUs, rttP50Us, samples } = this.summary;
    return { offsetUs, errorUs, driftPpm, rttMinUs, rttP50Us, samples };
  }

  /** Forgets everything; call it when the connection is new or the machine slept (see `ClockWatch`). */
  reset(): void {
    this.model.clear();
    this.roundTripsUs.length = 0;
    this.newest = null;
    this.attempts = 0;
    this.summary = { driftPpm: 0, rttMinUs: 0, rttP50Us: 0, samples: 0 };
  }

  /**
   * How long to wait from one ping to the next: 20 ms until 8 answers have come, 200 ms until 75 more have (15 s), then
   * 500 ms. A reset or a step of the clocks starts it over.
   */
  nextPingDelayUs(): number {
    if (this.attempts < BURST_PINGS.count) return BURST_PINGS.delayUs;
    if (this.attempts < BURST_PINGS.count + EARLY_PINGS.count) return EARLY_PINGS.delayUs;
    return LATER_PING_DELAY_US;
  }

  private isPlausible(sample: PingSample): boolean {
    const { t0Us, t1Us, t2Us, t3Us } = sample;
    // NaN is not <= anything.
    if (![t0Us, t1Us, t2Us, t3Us].every((stampUs) => Math.abs(stampUs) <= MAX_STAMP_US)) return false;
    if (t3Us < t0Us || t2Us < t1Us || t3Us - t0Us > this.maxRoundTripUs) return false;
    if (this.newest && (t0Us < this.newest.t0Us || t3Us < this.newest.t3Us)) return false;
    return delayUs(sample) >= this.minDelayUs;
  }

  /** Returns false when the sample contradicts those before it. */
  private take(sample: PingSample): boolean {
    const { t0Us, t1Us, t2Us, t3Us } = sample;
    const upper = { atUs: t0Us, offsetUs: t1Us - t0Us };
    const lower = { atUs: t3Us, offsetUs: t2Us - t3Us };
    if (!this.model.add(upper, lower)) return false;
    this.newest = sample;
    this.summarise(Math.max(0, delayUs(sample)));
    return true;
  }

  private summarise(roundTripUs: number): void {
    this.roundTripsUs.push(roundTripUs);
    if (this.roundTripsUs.length > MAX_ROUND_TRIPS) this.roundTripsUs.shift();
    const sorted = Float64Array.from(this.roundTripsUs).sort();
    this.summary = {
      driftPpm: this.model.driftPpm,
      rttMinUs: sorted[0] ?? roundTripUs,
      rttP50Us: sorted[sorted.length >> 1] ?? roundTripUs,
      samples: this.summary.samples + 1,
    };
  }
}

/** Time on the way in both directions together: the round trip without what the server took to answer. */
function delayUs({ t0Us, t1Us, t2Us, t3Us }: PingSample): number {
  return t3Us - t0Us - (t2Us - t1Us);
}
