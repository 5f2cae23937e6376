import type { Clock } from '../../shared/clock.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { type DelayHistogram, delayFigures, startDelayHistogram } from '../../shared/loop-delay.js';
import { TimerLateness } from '../../shared/timer-lateness.js';
import type { ThreadFigures } from '../report/run-trust-schema.js';
import { threadTimes } from './thread-cpu.js';

/** What a thread says of itself; its name and its sessions are known to whoever started it. */
export type OwnThreadFigures = Omit<ThreadFigures, 'name' | 'sessions'>;

/** What a watch takes from its surroundings; a test puts others in their place. */
export interface ThreadWatchParts {
  readonly delays: DelayHistogram;
  readonly times: typeof threadTimes;
}

/** What is shown while it runs is of this time and of the one before. */
const RECENT_US = 1_000_000;

/** Watches the thread that made it: how late its event loop and its timers are, and how much of a core it takes. */
export class ThreadWatch {
  private readonly lateness = new LatencyHistogram();
  private readonly timers: TimerLateness;
  private recent = { fromUs: 0, worstUs: 0, previousUs: 0 };
  private start: { readonly atUs: number; readonly times: ReturnType<typeof threadTimes> };

  constructor(
    private readonly clock: Clock,
    private readonly parts: ThreadWatchParts = {
      delays: startDelayHistogram(),
      times: threadTimes,
    },
  ) {
    this.start = { atUs: clock.nowUs(), times: parts.times() };
    this.timers = new TimerLateness(clock, (lateUs) => this.note(lateUs));
  }

  /** Begins a window: everything starts at zero. */
  begin(): void {
    this.parts.delays.reset();
    this.lateness.reset();
    this.start = { atUs: this.clock.nowUs(), times: this.parts.times() };
  }

  /** What happened since the window began. */
  figures(): OwnThreadFigures {
    const { lateness, start, parts } = this;
    const wallUs = Math.max(1, this.clock.nowUs() - start.atUs);
    const { busyUs, waitedUs } = parts.times();
    const percentSince = (us: number, beforeUs: number) => Math.max(0, ((us - beforeUs) / wallUs) * 100);
    return {
      cpuPercent: percentSince(busyUs, start.times.busyUs),
      waitedPercent:
        waitedUs === null || start.times.waitedUs === null ? null : percentSince(waitedUs, start.times.waitedUs),
      loopDelayUs: this.loopDelayUs(),
      timerLatenessUs: {
        p50: lateness.quantile(0.5) ?? 0,
        p99: lateness.quantile(0.99) ?? 0,
        max: lateness.max ?? 0,
      },
    };
  }

  /** The latest timer of the last one to two seconds, cheap to ask for: with fifty a second their 99th percentile. */
  recentLoopDelayP99Us(): number {
    this.turn();
    return Math.max(this.recent.worstUs, this.recent.previousUs);
  }

  /** Stops. Idempotent. */
  close(): void {
    this.timers.close();
    this.parts.delays.disable();
  }

  private note(lateUs: number): void {
    this.lateness.record(lateUs);
    this.turn();
    this.recent.worstUs = Math.max(this.recent.worstUs, lateUs);
  }

  private turn(): void {
    const nowUs = this.clock.nowUs();
    const sinceUs = nowUs - this.recent.fromUs;
    if (sinceUs < RECENT_US) return;
    this.recent = { fromUs: nowUs, worstUs: 0, previousUs: sinceUs < 2 * RECENT_US ? this.recent.worstUs : 0 };
  }

  private loopDelayUs() {
    const { p50Us, p99Us, maxUs } = delayFigures(this.parts.delays);
    return { p50: p50Us, p99: p99Us, max: maxUs };
  }
}
