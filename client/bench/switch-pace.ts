import type { Clock } from '../../shared/clock.js';

const INTERVAL_US = 1_000_000;
/** So many may come at once: one benchmark has two. */
const BURST = 4;

/**
 * How fast a device follows a server from stream to stream: at once as far as benchmarks need it, else once a second, so
 * that a server that names another one each time does not make it connect without end. (The generic cell rate algorithm,
 * ITU-T I.371.)
 */
export class SwitchPace {
  private expectedUs = 0;

  constructor(private readonly clock: Clock) {}

  /** Counts a switch, and returns how many microseconds to wait before it. */
  nextDelayUs(): number {
    const nowUs = this.clock.nowUs();
    const expectedUs = Math.max(nowUs, this.expectedUs);
    this.expectedUs = expectedUs + INTERVAL_US;
    return Math.max(0, expectedUs - (BURST - 1) * INTERVAL_US - nowUs);
  }
}
