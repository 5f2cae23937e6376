import type { CancelTimer, Clock } from '../../shared/clock.js';

/**
 * Calls `onSilence` once, when nothing was heard for `limitUs` microseconds or, at most, twice that long. It has one timer
 * that is not set anew whenever something comes: thousands of them run in one process.
 */
export class SilenceWatch {
  private hasHeard = false;
  private cancel: CancelTimer;

  constructor(
    private readonly clock: Clock,
    private readonly limitUs: number,
    private readonly onSilence: () => void,
  ) {
    this.cancel = this.start();
  }

  /** Something came. */
  hear(): void {
    this.hasHeard = true;
  }

  /** Idempotent. */
  stop(): void {
    this.cancel();
  }

  private start(): CancelTimer {
    this.hasHeard = false;
    return this.clock.schedule(this.limitUs, () => {
      if (this.hasHeard) this.cancel = this.start();
      else this.onSilence();
    });
  }
}
