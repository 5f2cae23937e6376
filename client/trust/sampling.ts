import type { CancelTimer, Clock } from '../../shared/clock.js';

const PERIOD_US = 1_000_000;

/** Takes a sample once a second, one after the other however long they take, from `start` to `stop`. */
export class Sampling {
  private cancelTimer: CancelTimer = () => undefined;
  private turn = 0;

  constructor(
    private readonly clock: Clock,
    private readonly sample: () => Promise<void>,
  ) {}

  /** Whether nothing began or stopped since it was asked for: what was under way then belongs to no window any more. */
  get stillCurrent(): () => boolean {
    const { turn } = this;
    return () => turn === this.turn;
  }

  start(): void {
    const isCurrent = this.stillCurrent;
    this.cancelTimer = this.clock.schedule(PERIOD_US, () => {
      void this.sample().then(() => isCurrent() && this.start());
    });
  }

  /** Idempotent. */
  stop(): void {
    this.turn += 1;
    this.cancelTimer();
  }
}
