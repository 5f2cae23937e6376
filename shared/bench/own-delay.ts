import type { Clock } from '../clock.js';
import { TimerLateness } from '../timer-lateness.js';
import { MAX_OWN_DELAY_US } from '../protocol/bench-messages.js';
import type { ValueCounts } from './value-counts.js';
import type { Span } from './window-time.js';

/** How late a device gets to its work in a window, told by timers of its own: what it is late by is in every latency. */
export class OwnDelay {
  private delays: ValueCounts | null = null;
  private timers: TimerLateness | null = null;
  private isHidden = false;

  /** @param span the window in our clock, as far as it is known */
  constructor(
    private readonly clock: Clock,
    private readonly makeCounts: () => ValueCounts,
    private readonly span: () => Span | null,
  ) {}

  /** Another window: what was counted is forgotten. */
  begin(): void {
    this.end();
    const delays = this.makeCounts();
    this.delays = delays;
    this.timers = new TimerLateness(this.clock, (lateUs, dueUs) => {
      const span = this.span();
      if (!span || dueUs < span.fromUs || dueUs >= span.toUs) return;
      // Browsers hold up the timers of a hidden page, and not what comes from the network.
      if (!this.isHidden) delays.record(lateUs);
    });
  }

  /** The page was hidden, or is shown again; up to now it was as before. */
  onHidden(isHidden: boolean): void {
    this.timers?.catchUp();
    this.isHidden = isHidden;
  }

  /** Ends the watch: the 99th percentile in whole microseconds; undefined where no timer was due. Idempotent. */
  end(): number | undefined {
    this.timers?.catchUp();
    this.timers?.close();
    const p99Us = this.delays?.quantile(0.99);
    this.timers = this.delays = null;
    return p99Us == null ? undefined : Math.min(MAX_OWN_DELAY_US, Math.round(Math.max(0, p99Us)));
  }
}
