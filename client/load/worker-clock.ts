import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';

/** A moment by a clock, and by the monotonic clock that all threads of a machine share. */
export interface ClockAnchor {
  readonly nowUs: number;
  readonly monotonicUs: number;
}

/** Readings of which the tightest one is taken, as a thread may be interrupted between two clocks. */
const READINGS = 5;

/** Reads `clock` beside the monotonic clock, right to about a microsecond. */
export function readAnchor(clock: Clock): ClockAnchor {
  let best = { anchor: { nowUs: 0, monotonicUs: 0 }, spanUs: Infinity };
  for (let i = 0; i < READINGS; i += 1) {
    const beforeUs = monotonicUs();
    const nowUs = clock.nowUs();
    const spanUs = monotonicUs() - beforeUs;
    if (spanUs < best.spanUs) best = { anchor: { nowUs, monotonicUs: beforeUs + spanUs / 2 }, spanUs };
  }
  return best.anchor;
}

/**
 * The clock of a worker thread. Each thread of Node anchors its own to the wall clock when it starts, so that they are
 * apart by whatever that was set in between; this one follows the anchor of the thread that made it.
 */
export class WorkerClock extends SystemClock {
  private readonly aheadUs: number;

  constructor(anchor: ClockAnchor) {
    super();
    const own = readAnchor({ nowUs: () => super.nowUs(), wallUs: () => 0, schedule: () => () => undefined });
    this.aheadUs = Math.round(anchor.nowUs + own.monotonicUs - anchor.monotonicUs - own.nowUs);
  }

  override nowUs(): number {
    return super.nowUs() + this.aheadUs;
  }
}

function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
