import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What measures the delay: nanoseconds between timers, which are due one resolution apart. */
export interface DelayHistogram {
  readonly max: number;
  percentile(percentile: number): number;
  disable(): void;
  reset(): void;
}

/** How late timers were, in microseconds. */
export interface DelayFigures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** 50 looks a second cost two thousandths of a core, and 500 of them in a window still have a 99th percentile. */
const RESOLUTION_MS = 20;

/** Watches the event loop of this thread until it is disabled. */
export function startDelayHistogram(): DelayHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}

/** How long the event loop was kept from its work, since the start or the last reset of `histogram`. */
export function delayFigures(histogram: DelayHistogram): DelayFigures {
  return {
    p50Us: lateUs(histogram.percentile(50)),
    p99Us: lateUs(histogram.percentile(99)),
    maxUs: lateUs(histogram.max),
  };
}

function lateUs(intervalNs: number): number {
  return Math.max(0, Math.round(intervalNs / 1000) - RESOLUTION_MS * 1000);
}
