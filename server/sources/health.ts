import type { Notice } from '../../shared/protocol/messages.js';
import { FlapLimiter } from './flap-limiter.js';
import { FrozenDetector } from './frozen-detector.js';
import { JumpDetector } from './jump-detector.js';
import type { NominalRate } from './nominal-rate.js';
import { RateMeter } from './rate-meter.js';
import type { SourceFrame } from './source.js';

/** How a live source does that is connected and has brought frames. */
export type HealthState = 'live' | 'degraded' | 'silent' | 'frozen' | 'clock-jump';

/** A state with the figures behind it; a source that does well needs no reason. */
export interface HealthReport {
  readonly state: HealthState;
  readonly reason?: Notice;
}

/** A source that sends nothing for so long, or for three of its intervals, is silent. */
export const SILENT_AFTER_US = 2_000_000;
const SILENT_AFTER_INTERVALS = 3;
const FROZEN_AFTER_US = 10_000_000;
const FROZEN_AFTER_FRAMES = 5;
const JUMP_SHOWN_US = 10_000_000;
/** A rate is measured over so long, and over so many frames, that one more or less does not matter. */
const RATE_WINDOW_US = 5_000_000;
const RATE_WINDOW_INTERVALS = 10;
/** Two thresholds, so that a rate near one of them does not make the state flap. */
const DEGRADED_BELOW = 0.7;
const RECOVERED_ABOVE = 0.8;

/**
 * The health of one run of a live source, from its first frame on: pure, told of frames and asked for the state. Where
 * several states hold, the first of silent, frozen, clock-jump and degraded is shown. Times are microseconds of one
 * clock that never runs backwards.
 */
export class Health {
  private state: HealthState = 'live';
  private readonly frozen = new FrozenDetector();
  private readonly jumps = new JumpDetector();
  private readonly flaps = new FlapLimiter();
  private meter: RateMeter;
  private isSlow = false;
  private lastUs: number;
  private longestGapUs = 0;

  constructor(
    private readonly nominal: NominalRate,
    nowUs: number,
  ) {
    this.lastUs = nowUs;
    this.meter = this.newMeter(nowUs);
  }

  /** When the source is silent unless it sends something before. */
  get silentAtUs(): number {
    return this.lastUs + Math.max(SILENT_AFTER_US, SILENT_AFTER_INTERVALS * this.intervalUs);
  }

  /** Time between two frames: by the nominal rate, or the longest there was while that is not known. */
  get intervalUs(): number {
    return this.nominal.fps > 0 ? 1_000_000 / this.nominal.fps : this.longestGapUs;
  }

  /** Takes a frame that came at `nowUs`; a decoded one must not have been released. */
  onFrame(frame: SourceFrame, nowUs: number): void {
    this.count(1, nowUs);
    this.frozen.add(frame, nowUs);
    this.jumps.add(frame, nowUs);
  }

  /** Takes frames that came but were left out: the source did its part. */
  onDrop(frames: number, nowUs: number): void {
    this.count(frames, nowUs);
  }

  /** The process did not run for a while, so that nothing could come: that time does not count as silence. */
  excuse(us: number, nowUs: number): void {
    this.lastUs = Math.min(nowUs, this.lastUs + us);
    this.meter = this.newMeter(nowUs);
  }

  /** The state at `nowUs`, when it is another than the last one that was returned, which began as `live`. */
  check(nowUs: number): HealthReport | null {
    const report = this.judge(nowUs);
    if (report.state === this.state || !this.flaps.allow(nowUs)) return null;
    this.state = report.state;
    return report;
  }

  private count(frames: number, nowUs: number): void {
    // What was missing in the silence was told as silence; the rate begins anew.
    if (nowUs >= this.silentAtUs) this.meter = this.newMeter(nowUs);
    this.longestGapUs = Math.max(this.longestGapUs, nowUs - this.lastUs);
    this.lastUs = nowUs;
    this.meter.add(frames, nowUs);
    this.nominal.add(frames, nowUs);
    this.measure(nowUs);
  }

  /** Only with a frame: in a gap the source is on its way to silence, and slow would be the wrong word. */
  private measure(nowUs: number): void {
    if (this.meter.windowUs !== this.rateWindowUs) this.meter = this.newMeter(nowUs);
    const rate = this.meter.rate(nowUs);
    if (rate === null) return;
    this.nominal.compare(rate, this.meter.windowUs, nowUs);
    this.isSlow = rate < this.nominal.fps * (this.isSlow ? RECOVERED_ABOVE : DEGRADED_BELOW);
  }

  private judge(nowUs: number): HealthReport {
    const { frozen, jumps, nominal, meter } = this;
    if (nowUs >= this.silentAtUs) {
      return because('silent', `No picture for ${inSeconds(nowUs - this.lastUs)}; the connection is open.`);
    }
    if (frozen.sameForUs >= FROZEN_AFTER_US && frozen.sameFrames >= FROZEN_AFTER_FRAMES) {
      return because('frozen', `The same picture for ${inSeconds(frozen.sameForUs)}.`);
    }
    if (jumps.jumpedAtUs !== null && nowUs - jumps.jumpedAtUs < JUMP_SHOWN_US) {
      return because('clock-jump', jumps.message);
    }
    if (this.isSlow) {
      const rate = meter.rate(nowUs) ?? 0;
      const measured = Number(rate.toFixed(rate < 1 ? 2 : 1));
      return because('degraded', `Only ${measured} of ${nominal.fps} fps for ${inSeconds(meter.windowUs)}.`);
    }
    return { state: 'live' };
  }

  private get rateWindowUs(): number {
    const { fps } = this.nominal;
    return fps > 0 ? Math.max(RATE_WINDOW_US, (RATE_WINDOW_INTERVALS * 1_000_000) / fps) : RATE_WINDOW_US;
  }

  private newMeter(nowUs: number): RateMeter {
    this.isSlow = false;
    return new RateMeter(this.rateWindowUs, nowUs);
  }
}

function because(state: HealthState, message: string): HealthReport {
  return { state, reason: { code: 'STREAM_HEALTH', message } };
}

function inSeconds(us: number): string {
  return `${Number((us / 1_000_000).toFixed(1))} s`;
}
