/** How long to wait between attempts; all times in milliseconds. */
export interface BackoffOptions {
  /** Ceiling of the first wait. */
  readonly initialMs: number;
  /** Ceiling of every later wait. */
  readonly maxMs: number;
  /** Growth of the ceiling from one failure to the next. */
  readonly factor: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { initialMs: 250, maxMs: 10_000, factor: 2 };

/**
 * Exponential backoff with jitter: the n-th wait is random between half of min(maxMs, initialMs * factor^n) and all of
 * it, so that many peers that failed together do not come back together, and none comes back at once.
 * (The "equal jitter" of M. Brooker, "Exponential Backoff And Jitter", 2015.)
 */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly options: BackoffOptions = DEFAULT_BACKOFF,
    private readonly random: () => number = Math.random,
  ) {}

  /** Failures since the last `reset`. */
  get attempts(): number {
    return this.failures;
  }

  /** Counts a failure and returns how many milliseconds to wait before the next attempt. */
  nextDelayMs(): number {
    const { initialMs, maxMs, factor } = this.options;
    const ceilingMs = Math.min(maxMs, initialMs * factor ** this.failures);
    this.failures += 1;
    return ceilingMs / 2 + (this.random() * ceilingMs) / 2;
  }

  /** Starts over: call it when the peer has proved that it works. */
  reset(): void {
    this.failures = 0;
  }
}
