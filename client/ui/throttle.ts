import type { CancelTimer, Clock } from '../../shared/clock.js';

/**
 * Runs a callback when asked to, but never twice within `intervalUs`: what is asked for in between happens once, when
 * the interval is over.
 */
export class Throttle {
  private lastUs = Number.NEGATIVE_INFINITY;
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly intervalUs: number,
    private readonly callback: () => void,
  ) {}

  /** Runs the callback now, or as soon as the interval since its last run is over. */
  request(): void {
    if (this.cancelTimer) return;
    const waitUs = this.lastUs + this.intervalUs - this.clock.nowUs();
    if (waitUs <= 0) this.run();
    else this.cancelTimer = this.clock.schedule(waitUs, () => this.run());
  }

  /** Forgets what was asked for. */
  cancel(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private run(): void {
    this.cancelTimer = null;
    this.lastUs = this.clock.nowUs();
    this.callback();
  }
}
