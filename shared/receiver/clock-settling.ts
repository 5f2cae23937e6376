/** The clock has settled when its error has not become a tenth smaller for so long ... */
const QUIET_US = 500_000;
const WORTH_WAITING = 0.9;
/** ... or so long after the first reading, however much it still improves. */
const PATIENCE_US = 2_000_000;

/** Says when the clock estimate of a new connection has become as good as it will soon get. Times are of our clock. */
export class ClockSettling {
  private firstReadingUs: number | null = null;
  private bestErrorUs = Infinity;
  private improvedUs = 0;

  /** An estimate with the bound `errorUs` of its error. */
  onReading(atUs: number, errorUs: number): void {
    this.firstReadingUs ??= atUs;
    if (errorUs >= this.bestErrorUs * WORTH_WAITING) return;
    this.bestErrorUs = errorUs;
    this.improvedUs = atUs;
  }

  /** Whether it is worth nothing any more to wait, by `nowUs`; never before the first reading. */
  isSettledAt(nowUs: number): boolean {
    if (this.firstReadingUs === null) return false;
    return nowUs - this.improvedUs >= QUIET_US || nowUs - this.firstReadingUs >= PATIENCE_US;
  }

  /** Begins anew, because the connection is another one or a clock stepped. */
  restart(): void {
    this.firstReadingUs = null;
    this.bestErrorUs = Infinity;
  }
}
