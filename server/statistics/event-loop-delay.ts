import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { CancelTimer, Clock } from '../../shared/clock.js';

/** How late timers were, in microseconds. */
export interface DelayFigures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** What measures the delay: nanoseconds between timers, which are due one resolution apart. */
export interface DelayHistogram {
  readonly max: number;
  percentile(percentile: number): number;
  enable(): void;
  disable(): void;
  reset(): void;
}

/** 50 looks a second cost two thousandths of a core, and 500 of them in a window still have a 99th percentile. */
const RESOLUTION_MS = 20;
const WINDOW_US = 10_000_000;
const NONE: DelayFigures = { p50Us: 0, p99Us: 0, maxUs: 0 };

/** How long the event loop is kept from its work: of the last ten to twenty seconds. */
export class EventLoopDelay {
  private previous = NONE;
  private cancelTimer: CancelTimer;

  constructor(
    private readonly clock: Clock,
    private readonly histogram: DelayHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
  ) {
    histogram.enable();
    this.cancelTimer = this.scheduleTurn();
  }

  /** The worse of this window and the one before. */
  figures(): DelayFigures {
    const { previous } = this;
    const present = this.present();
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
      this.previous = this.present();
      this.histogram.reset();
      this.cancelTimer = this.scheduleTurn();
    });
  }

  private present(): DelayFigures {
    const { histogram } = this;
    return {
      p50Us: lateUs(histogram.percentile(50)),
      p99Us: lateUs(histogram.percentile(99)),
      maxUs: lateUs(histogram.max),
    };
  }
}

function lateUs(intervalNs: number): number {
  return Math.max(0, Math.round(intervalNs / 1000) - RESOLUTION_MS * 1000);
}
