import type { CancelTimer, Clock } from '../../shared/clock.js';
import { type DelayFigures, type DelayHistogram, delayFigures, startDelayHistogram } from '../../shared/loop-delay.js';

const WINDOW_US = 10_000_000;
const NONE: DelayFigures = { p50Us: 0, p99Us: 0, maxUs: 0 };

/** How long the event loop is kept from its work: of the last ten to twenty seconds. */
export class EventLoopDelay {
  private previous = NONE;
  private cancelTimer: CancelTimer;

  constructor(
    private readonly clock: Clock,
    private readonly histogram: DelayHistogram = startDelayHistogram(),
  ) {
    this.cancelTimer = this.scheduleTurn();
  }

  /** The worse of this window and the one before. */
  figures(): DelayFigures {
    const { previous } = this;
    const present = delayFigures(this.histogram);
    return {
      p50Us: Math.max(previous.p50Us, present.p50Us),
      p99Us: Math.max(previous.p99Us, present.p99Us),
      maxUs: Math.max(previous.maxUs, present.maxUs),
    };
  }

  close(): void {
    this.cancelTimer();
    this.histogram.disable();
  }

  private scheduleTurn(): CancelTimer {
    return this.clock.schedule(WINDOW_US, () => {
      this.previous = delayFigures(this.histogram);
      this.histogram.reset();
      this.cancelTimer = this.scheduleTurn();
    });
  }
}
